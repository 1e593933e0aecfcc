"""The chain that binds the audit log: one key, two kinds of seal.

Each event is sealed (HMAC-SHA256, RFC 2104) together with the link before
it, and the link after it is sealed from that.  The last link is kept apart,
as the head.  Links are not in the events: whoever has the rows, and not the
key, can neither change one nor cut some off and close the chain again.
"""

import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from bienvenue import address, secret

BYTES: Final = 32
START: Final = bytes(BYTES)
"""The link before the first event of a strand."""

# Anyone can read this one, so it keeps nobody from anything: without a
# secret key the chain finds accidents, not attacks.
_NO_KEY = "no secret key"

Field = str | int | None


class Chain:
    """Makes the seals of the log under one secret key.

    With None the key is a published one: see ``keyed``.
    """

    def __init__(self, secret_key: str | None = None) -> None:
        """Derive what is needed, each for its own purpose."""
        self.keyed = secret_key is not None
        text = _NO_KEY if secret_key is None else secret_key
        self._events = secret.derive(text, "audit events")
        self._links = secret.derive(text, "audit links")
        self._names = secret.derive(text, "audit pseudonyms")

    def seal(self, before: bytes, fields: Iterable[Field]) -> bytes:
        """Return the seal of an event that follows a link."""
        return _mac(self._events, before + encoded(fields))

    def link(self, sequence: int, seal: bytes) -> bytes:
        """Return the link after the event of this number and seal."""
        return _mac(self._links, encoded([sequence]) + seal)

    def pseudonym(self, email: str | bytes) -> str:
        """Return a name for an address that does not tell the address.

        The same for all its spellings, so that attempts can be seen to
        concern one account, whether or not it exists.
        """
        if isinstance(email, bytes):
            email = email.decode("utf-8", "replace")
        text = address.keys(email)[-1].encode("utf-8", "surrogatepass")
        return _mac(self._names, text).hex()[:16]


def encoded(fields: Iterable[Field]) -> bytes:
    """Return fields as bytes, so that no two lists of them are alike.

    Each is preceded by its length; None is told from an empty text.
    """
    return b"".join(map(_encoded, fields))


def same(one: bytes, other: bytes) -> bool:
    """Tell whether two seals are the same, in the same time either way."""
    return hmac.compare_digest(one, other)


def _encoded(field: Field) -> bytes:
    if field is None:
        return b"-"
    data = str(field).encode("utf-8", "surrogatepass")
    return b"%d:%s" % (len(data), data)


def _mac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, hashlib.sha256).digest()
