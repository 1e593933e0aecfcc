"""Moving an account to another address, and the way back.

The new address is used once its own link was opened; the old one is told,
and can undo it for three days (OWASP Authentication Cheat Sheet, Change A
User's Registered Email Address).
"""
