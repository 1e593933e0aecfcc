"""The digest by which collections of breached passwords are indexed."""

import hashlib


def hex_digest(prepared: bytes) -> str:
    """Return the SHA-1 of a prepared password, in upper-case hex.

    SHA-1 because the collections are made with it.  It protects nothing
    here: it only names an entry, and is neither kept nor sent as a whole.
    """
    return hashlib.sha1(prepared, usedforsecurity=False).hexdigest().upper()
