"""Accounts that come from elsewhere, and accounts that leave with no tie."""
