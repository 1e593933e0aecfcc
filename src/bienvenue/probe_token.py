"""A short-lived note by which the service knows its own doctor.

``bienvenue doctor --url`` asks a running service what it sees of a request:
which client address, which proxies.  That is for the operator alone, so the
question is signed (HMAC-SHA256, RFC 2104) with a key that is derived from
the secret key for this purpose only.  The note is good for a minute, and
whoever got hold of one would learn what the service sees of themselves.
"""

import hashlib
import hmac
import re

from bienvenue import clock, secret

HEADER = "Bienvenue-Doctor"
LIFETIME_SECONDS = 60
"""Either way: two clocks may differ."""

_FORM = re.compile(r"([0-9]{1,12})\.([0-9a-f-]{36})\.([0-9a-f]{64})")


def make(secret_key: str) -> str:
    """Return a note of this moment; no two are the same."""
    issued, nonce = str(_now_seconds()), secret.new_token()
    return f"{issued}.{nonce}.{_mac(secret_key, issued, nonce)}"


def is_genuine(note: str, secret_key: str) -> bool:
    """Tell whether a note was made with this key, in the last minute."""
    form = _FORM.fullmatch(note)
    if form is None:
        return False
    issued, nonce, mac = form.groups()
    if not hmac.compare_digest(mac, _mac(secret_key, issued, nonce)):
        return False
    return abs(_now_seconds() - int(issued)) <= LIFETIME_SECONDS


def _mac(secret_key: str, issued: str, nonce: str) -> str:
    key = secret.derive(secret_key, "doctor")
    note = f"doctor.{issued}.{nonce}".encode()
    return hmac.new(key, note, hashlib.sha256).hexdigest()


def _now_seconds() -> int:
    return clock.now_us() // 1_000_000
