"""Letters: what they say, to whom, and that a token is made in them."""

import re

import pytest
from sqlalchemy import orm

from bienvenue import Auth, Settings, letters
from bienvenue.errors import InvalidToken
from bienvenue.mail import Message
from bienvenue.outbox import Letter

EMAIL = "Bob@example.com"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def write(auth: Auth, recipient: str) -> Message | None:
    def work(unit: orm.Session) -> Message | None:
        return letters.write(
            unit, auth.settings, Letter.RESET_PASSWORD, recipient
        )

    return auth.db.write(work)


def token_in(message: Message | None) -> str:
    assert message is not None
    found = UUID.search(message.body)
    assert found is not None
    return found[0]


def test_a_letter_brings_a_token_that_works(auth: Auth) -> None:
    auth.register_user(EMAIL, "old")
    message = write(auth, EMAIL.upper())
    assert message is not None
    assert message.recipient == EMAIL
    assert message.subject == "Reset your password"
    assert "60 minutes" in message.body
    auth.update_password(token_in(message), "new", email=EMAIL)
    assert auth.valid_login(EMAIL, "new")


def test_only_the_latest_letter_counts(auth: Auth) -> None:
    auth.register_user(EMAIL, "old")
    first, second = (token_in(write(auth, EMAIL)) for _ in range(2))
    with pytest.raises(InvalidToken):
        auth.update_password(first, "new")
    auth.update_password(second, "new")


def test_an_address_without_an_account_gets_none(auth: Auth) -> None:
    assert write(auth, EMAIL) is None


def test_every_letter_has_a_writer() -> None:
    assert set(letters._WRITERS) == set(Letter)


def test_the_lifetime_is_the_setting_s() -> None:
    settings = Settings(reset_token_lifetime_seconds=600)
    message = letters.reset_password(settings, EMAIL, "the-token")
    assert "10 minutes" in message.body
    assert "    the-token\n" in message.body
    assert all(len(line) < 79 for line in message.body.splitlines())
