"""The settings there are, a file for each matter they are about."""
