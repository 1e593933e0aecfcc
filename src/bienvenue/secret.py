"""Make secrets, and keep only what is needed to recognise them.

A session id and a mailed token are 128 random bits in the text form of a
UUID, because existing clients expect that form; a version-4 UUID would hold
only 122 (OWASP ASVS V11.5.1).  The database keeps their SHA-256 digest: a
copy of it opens no session.  A fast digest is right here, and only here,
because 128 random bits cannot be guessed, unlike a password.
"""

import hashlib
import hmac
import secrets
import uuid

DIGEST_BYTES = 32


def new_token() -> str:
    """Return 128 bits from the system's CSPRNG in UUID text form."""
    return str(uuid.UUID(bytes=secrets.token_bytes(16)))


def new_code() -> str:
    """Return six random digits; to be tried a few times at most."""
    return f"{secrets.randbelow(10**6):06d}"


def keyed_digest(key: bytes, text: str) -> str:
    """Return the HMAC-SHA256 of a text, in hex (RFC 2104).

    For what is short enough to be guessed: without the key, which is not in
    the database, a copy of that does not give it away.
    """
    message = text.encode("utf-8", "surrogatepass")
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def digest(token: str) -> bytes:
    """Return the 32-byte SHA-256 digest under which a token is stored.

    Total: any text, also one that is not valid Unicode, has a digest; it
    then merely belongs to nobody.
    """
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()


def chance() -> float:
    """Return a number from 0 up to 1, for what is to happen by chance."""
    return secrets.randbelow(2**32) / 2**32


def derive(key: str, purpose: str) -> bytes:
    """Return a key of 32 bytes for one purpose from the secret key.

    HMAC-SHA256 as a one-step key derivation (NIST SP 800-56C): what one
    purpose gives away tells nothing of the others.
    """
    note = f"bienvenue {purpose}".encode()
    return hmac.new(key.encode(), note, hashlib.sha256).digest()


def new_key() -> str:
    """Return 256 bits to keep as a secret key, in URL-safe Base64."""
    return secrets.token_urlsafe(32)
