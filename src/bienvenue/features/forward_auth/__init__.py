"""Tells a proxy who is signed in, for any application behind it."""
