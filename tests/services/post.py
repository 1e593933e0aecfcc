"""A mail server that knows what came for whom, and can be waited for."""

import re
import threading
from collections import defaultdict
from email import message_from_string, policy

from aiosmtpd.smtp import Envelope

from tests.http.client import UUID
from tests.smtp import Server

RESET = "Reset your Bienvenue password"
"""The subject of the letter that brings a reset token."""

VERIFY = "Confirm your address for Bienvenue"
CHANGE = "Confirm your new address for Bienvenue"
UNDO = "The address of your Bienvenue account was changed"

_SUBJECT = re.compile(r"^Subject: (.*?)\r?$", re.MULTILINE)
_TOKEN = re.compile(rf"(?:^ +|[?]token=)({UUID})\r?$", re.MULTILINE)


class Post(Server):
    """Takes every letter; ``token_for`` waits for one.

    Letters are told apart by their subject, as people do it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._news = threading.Condition()
        self._letters: dict[tuple[str, str], list[str]] = defaultdict(list)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: object, session: object, envelope: Envelope
    ) -> str:
        """Take the mail, and tell whoever waits."""
        answer = await super().handle_DATA(server, session, envelope)
        text = (envelope.original_content or b"").decode()
        subject = _SUBJECT.search(text)
        assert subject is not None
        with self._news:
            for recipient in envelope.rcpt_tos:
                self._letters[recipient, subject[1]].append(text)
            self._news.notify_all()
        return answer

    def letters_for(self, email: str, subject: str = RESET) -> list[str]:
        """Return the letters that came for an address, as sent."""
        with self._news:
            return list(self._letters.get((email, subject), []))

    def has_letter(
        self,
        email: str,
        patience: float,
        subject: str = RESET,
        count: int = 1,
    ) -> bool:
        """Wait for so many letters to an address; False if they are fewer."""
        key = email, subject
        with self._news:
            return self._news.wait_for(
                lambda: len(self._letters.get(key, [])) >= count, patience
            )

    def token_for(
        self,
        email: str,
        patience: float,
        subject: str = RESET,
        count: int = 1,
    ) -> str | None:
        """Return the token of the newest of so many letters, or None."""
        if not self.has_letter(email, patience, subject, count):
            return None
        found = _TOKEN.search(_plain(self.letters_for(email, subject)[-1]))
        assert found is not None, "a letter without a token"
        return found[1]


def _plain(letter: str) -> str:
    """Return what a letter says, decoded: a long link is written in parts."""
    message = message_from_string(letter, policy=policy.default)
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())
