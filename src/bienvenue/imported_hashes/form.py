"""What every stored-hash format has in common.

A format is a pattern for its text, a way to read the digest out of that text
and a derivation that turns a password into such a digest.  The formats
differ in nothing else, so each is one ``Form`` in a table.
"""

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Fields = Mapping[str, str]
Derive = Callable[[bytes], bytes]


@dataclass(frozen=True)
class StoredHash:
    """A hash that was read and found sound; it can tell passwords apart."""

    scheme: str
    digest: bytes = field(repr=False)
    derive: Derive = field(repr=False)

    def verify(self, secret: bytes) -> bool:
        """Return whether the hash was made of these bytes.

        The digests are compared in constant time (CWE-208).  Where the
        primitive itself gives up, for want of memory, the answer is False:
        a login fails closed.
        """
        try:
            derived = self.derive(secret)
        except (MemoryError, ValueError):
            return False
        return hmac.compare_digest(derived, self.digest)


@dataclass(frozen=True)
class Form:
    """One format: its name, its pattern and how its fields are used.

    The pattern has a group ``digest`` and whatever ``derivation`` needs.
    """

    scheme: str
    pattern: re.Pattern[str]
    decode: Callable[[str], bytes]
    derivation: Callable[[Fields], Derive]

    def read(self, hashed: str) -> StoredHash | None:
        """Return the hash if it has this form and is sound, else None.

        Unsound is a field that decodes to nothing, or is over its ceiling.
        """
        found = self.pattern.fullmatch(hashed)
        if found is None:
            return None
        fields = found.groupdict()
        try:
            digest = self.decode(fields["digest"])
            return StoredHash(self.scheme, digest, self.derivation(fields))
        except ValueError:
            return None


def bounded(number: int, low: int, high: int) -> int:
    """Return ``number`` if it is within the limits, else raise ValueError.

    A stored hash names its own cost.  Without a ceiling, one planted row
    would let every login of that account take the machine (CWE-400).
    """
    if not low <= number <= high:
        raise ValueError("a cost parameter is out of bounds")
    return number


def unpadded(derive: Derive) -> Derive:
    """Keep a derivation behind HMAC from taking trailing NULs for nothing.

    HMAC fills a short key up with NULs (RFC 2104, section 2), and in PBKDF2
    and scrypt the password is the key: one that ends in NULs would pass for
    the one without.  It gets no digest here, in the same time.
    """

    def checked(secret: bytes) -> bytes:
        digest = derive(secret)
        return b"" if secret.endswith(b"\0") else digest

    return checked


def unbase64(text: str) -> bytes:
    """Decode base64 (RFC 4648, section 4), padded or not.

    Takes passlib's ``ab64`` too, which writes ``.`` for ``+``.  Raises
    ValueError for anything else.
    """
    padding = "=" * (-len(text) % 4)
    return base64.b64decode(text.replace(".", "+") + padding, validate=True)
