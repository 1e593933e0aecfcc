"""What each command does, a module for a few of them.

Loaded one by one, when a command runs.
"""
