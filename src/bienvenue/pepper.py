"""A secret that is not in the database, without which its hashes say nothing.

A password is put through HMAC-SHA-256 under the pepper before bcrypt (NIST
SP 800-63B-4, 3.1.1.2, the additional keyed step; OWASP Password Storage
Cheat Sheet, pre-hashing peppers).  The result goes in as Base64: 44 ASCII
characters, so neither bcrypt's 72 bytes nor a NUL matter.  What is stored
names the pepper by an id, so that peppers can be replaced while people go on
logging in (OWASP ASVS 5.0, 11.2.2).
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

LEAST = 32
"""Characters of a pepper."""

_STORED = re.compile(r"\$bienvenue-pepper\$v=1,k=([0-9a-f]{16})(\$.+)")
_PASSWORD, _NAME = b"bienvenue password v1\0", b"bienvenue pepper id v1"


class Pepper:
    """One pepper; shows nothing of itself."""

    def __init__(self, key: str) -> None:
        """Take the secret text; raises ValueError for a short one."""
        if len(key) < LEAST:
            raise ValueError(f"a pepper has at least {LEAST} characters")
        self._key = hashlib.sha256(key.encode()).digest()
        name = hmac.digest(self._key, _NAME, "sha256").hex()[:16]
        self.prefix = f"$bienvenue-pepper$v=1,k={name}"

    def apply(self, prepared: bytes) -> bytes:
        """Return what is hashed in place of a prepared password."""
        mac = hmac.digest(self._key, _PASSWORD + prepared, "sha256")
        return base64.b64encode(mac)


class Peppers:
    """The pepper of new hashes, if any, and those of older ones."""

    def __init__(self, current: str | None, old: Sequence[str] = ()) -> None:
        """Take their secret texts; raises ValueError for a short one."""
        self.current = Pepper(current) if current else None
        known = [Pepper(key) for key in old]
        known += [self.current] if self.current else []
        self._by_prefix = {pepper.prefix: pepper for pepper in known}

    def find(self, prefix: str) -> Pepper | None:
        """Return the pepper that a stored hash names, if it is known."""
        return self._by_prefix.get(prefix)


def split(stored: str) -> tuple[str, str]:
    """Return what names the pepper, or nothing, and the hash behind it."""
    match = _STORED.fullmatch(stored)
    if match is None:
        return "", stored
    return stored[: match.start(2)], match[2]
