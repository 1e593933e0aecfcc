"""Make secrets, and keep only what is needed to recognise them.

A session id and a mailed token are 128 random bits in the text form of a
UUID, because existing clients expect that form; a version-4 UUID would hold
only 122 (OWASP ASVS V11.5.1).  The database keeps their SHA-256 digest: a
copy of it opens no session.  A fast digest is right here, and only here,
because 128 random bits cannot be guessed, unlike a password.
"""

import hashlib
import secrets
import uuid

DIGEST_BYTES = 32


def new_token() -> str:
    """Return 128 bits from the system's CSPRNG in UUID text form."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def digest(token: str) -> bytes:
    """Return the 32-byte SHA-256 digest under which a token is stored.

    Total: any text, also one that is not valid Unicode, has a digest; it
    then merely belongs to nobody.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
