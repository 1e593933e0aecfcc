"""Devices that have logged in to an account before.

A device token is a signed note (HMAC-SHA256, RFC 2104) that whoever brings
it once knew the password.  It eases throttling and nothing else: it opens no
account, and names none to whoever reads it (OWASP, "Slow Down Online
Guessing Attacks with Device Cookies").
"""

import hashlib
import hmac

from bienvenue import clock, secret

LIFETIME_SECONDS = 365 * 24 * 60 * 60
MAX_TOKENS = 5
"""One cookie may name this many accounts; the newest stay."""

_SEPARATOR = ":"
_MAX_CHARACTERS = 1024


class DeviceSigner:
    """Makes and recognises device tokens under one key."""

    def __init__(self, key: bytes) -> None:
        """Take the key, at least 128 bits."""
        self._key = key

    def add(self, cookie: str, account: str) -> str:
        """Return the cookie with a new token for an account in front.

        An older token for the same account goes.
        """
        device, issued = secret.new_token(), str(_now_seconds())
        token = f"{device}.{issued}.{self._mac(account, device, issued)}"
        others = [
            each
            for each in _split(cookie)
            if self._recognise(each, account) is None
        ]
        return _SEPARATOR.join([token, *others][:MAX_TOKENS])

    def find(self, cookie: str, account: str) -> str | None:
        """Return which device of an account brings this cookie, or None."""
        for token in _split(cookie):
            device = self._recognise(token, account)
            if device is not None:
                return device
        return None

    def _recognise(self, token: str, account: str) -> str | None:
        device, _, rest = token.partition(".")
        issued, _, mac = rest.partition(".")
        right = self._mac(account, device, issued)
        if not hmac.compare_digest(mac, right):
            return None
        # Only what was signed here gets this far, so it is a number.
        age = _now_seconds() - int(issued)
        return device if age < LIFETIME_SECONDS else None

    def _mac(self, account: str, device: str, issued: str) -> str:
        note = f"device.{account}.{device}.{issued}".encode()
        return hmac.new(self._key, note, hashlib.sha256).hexdigest()


def _now_seconds() -> int:
    return clock.now_us() // 1_000_000


def _split(cookie: str) -> list[str]:
    if len(cookie) > _MAX_CHARACTERS or not cookie.isascii():
        return []
    return cookie.split(_SEPARATOR)[:MAX_TOKENS]
