"""Verifying an address: whoever opens the mail there is its owner."""
