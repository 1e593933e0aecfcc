"""What a browser is given to hold while a mail is on its way to a person.

It names the address that was typed, so that nobody types it twice, and after
a sign-up it proves, to this service alone, that this browser chose the
password: it is signed over the hash of it (HMAC-SHA256, RFC 2104).  It opens
nothing.  A note for an address that was taken looks the same and fits no
account, so it tells nothing either.
"""

import base64
import hmac
from typing import NamedTuple, Self

from bienvenue import address, clock, secret
from bienvenue.config import Settings

LIFETIME_SECONDS = 60 * 60
_MAX_CHARACTERS = 2048
_NOTHING = "", "", ""


class Noted(NamedTuple):
    """An address, "" where there is none; ``chosen`` with a password."""

    email: str
    chosen: bool


class NewcomerNotes:
    """Writes and reads notes under one key."""

    def __init__(self, key: bytes) -> None:
        """Take the key, at least 128 bits."""
        self._key = key

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take the secret key; without one, one as old as the process."""
        key = settings.secret_key
        text = key.get_secret_value() if key else secret.new_token()
        return cls(secret.derive(text, "newcomers"))

    def write(self, email: str, hashed_password: str = "") -> str:
        """Return a note of an address, and of the password chosen with it.

        Without one, only of an address that was typed.
        """
        issued = str(clock.now_us() // 1_000_000)
        named = base64.urlsafe_b64encode(email.encode()).decode()
        mac = self._mac(email, issued, hashed_password)
        return f"{named}.{issued}.{mac if hashed_password else ''}"

    def read(self, note: str) -> Noted:
        """Return what a note says; of what is none, nothing.

        It is what the browser says: to be shown, and to be filled in.
        """
        email, _, mac = _split(note)
        return Noted(email, bool(mac))

    def fits(self, note: str, email: str, hashed_password: str) -> bool:
        """Tell whether whoever has a note chose the password of an account.

        ``email`` and ``hashed_password`` are the account's.
        """
        typed, issued, mac = _split(note)
        right = self._mac(typed, issued, hashed_password)
        same = address.keys(typed)[-1] == address.keys(email)[-1]
        # No note must fit an account that has no password.
        return (
            hmac.compare_digest(mac, right) and same and hashed_password != ""
        )

    def _mac(self, email: str, issued: str, hashed_password: str) -> str:
        note = f"{address.keys(email)[-1]}\n{issued}\n{hashed_password}"
        return secret.keyed_digest(self._key, note)


def _split(note: str) -> tuple[str, str, str]:
    """Return address, time and signature of a note that is young enough.

    Of what is none, nothing.
    """
    if len(note) > _MAX_CHARACTERS or not note.isascii():
        return _NOTHING
    named, _, rest = note.partition(".")
    issued, _, mac = rest.partition(".")
    try:
        email = base64.urlsafe_b64decode(named).decode()
        age = clock.now_us() // 1_000_000 - int(issued)
    except ValueError:
        return _NOTHING
    young = 0 <= age < LIFETIME_SECONDS
    return (email, issued, mac) if email and young else _NOTHING
