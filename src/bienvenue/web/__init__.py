"""Flask enters the house here: requests in, answers out, nothing decided.

What a request means is decided below, in ``bienvenue.auth``; which URL it
has is decided above, in ``bienvenue.route_table``.
"""
