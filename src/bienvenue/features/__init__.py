"""What an account can do beyond the classic routes, a folder a feature.

A feature declares its routes and its use cases; ``bienvenue.route_table``
names it.  Features never import each other.
"""
