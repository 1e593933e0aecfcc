"""Letters: to whom, whether still true, and that tokens are made in them."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.headerregistry import Address
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import orm, select

from bienvenue import (
    Auth,
    Settings,
    User,
    clock,
    enclosures,
    one_time_token,
    outbox,
)
from bienvenue.clock import FrozenClock
from bienvenue.db import lock_user
from bienvenue.errors import InvalidToken
from bienvenue.letters import Letters
from bienvenue.mail import Message
from bienvenue.one_time_token import OneTimeToken, Purpose
from bienvenue.outbox import Letter

EMAIL, NEW = "Bob@example.com", "new@example.com"
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
BASE = "https://accounts.example.com"
NOTICES = [
    Letter.ALREADY_REGISTERED,
    Letter.PASSWORD_CHANGED,
    Letter.PASSWORD_RESET,
    Letter.DELETION_SCHEDULED,
    Letter.GUESSED_AT,
]


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen(NOON) as stopped:
        yield stopped


@pytest.fixture
def bob(auth: Auth, frozen: FrozenClock) -> User:
    return auth.register_user(EMAIL, "old")


def write(
    auth: Auth,
    letter: Letter,
    recipient: str = EMAIL,
    user: User | None = None,
    detail: str | None = None,
    **chosen: Any,
) -> Message | None:
    settings = Settings(**{"public_url": BASE, **chosen})

    def work(unit: orm.Session) -> Message | None:
        user_id = None if user is None else user.id
        outbox.post(unit, letter, recipient, user_id=user_id, detail=detail)
        row = outbox.lease(unit)
        assert row is not None
        message = Letters(settings).write(unit, row)
        outbox.done(unit, row.id)
        return message

    return auth.db.write(work)


def change(auth: Auth, user: User, **values: object) -> None:
    def work(unit: orm.Session) -> None:
        found = lock_user(unit, user.id)
        for name, value in values.items():
            setattr(found, name, value)

    auth.db.write(work)


def ask_for(auth: Auth, user: User, new: str) -> None:
    """Remember that an account's address is to become another."""
    purpose = Purpose.CHANGE_EMAIL
    auth.db.write(
        lambda unit: one_time_token.renew(unit, user.id, purpose, subject=new)
    )


def let_back(auth: Auth, user: User, old: str) -> None:
    """Leave open the way back to an address."""
    purpose = Purpose.UNDO_EMAIL_CHANGE
    auth.db.write(
        lambda unit: one_time_token.renew(unit, user.id, purpose, subject=old)
    )


def link_in(message: Message | None, path: str) -> str:
    """Return the token of the one link with one that both parts have."""
    assert message is not None
    (url,) = re.findall(rf"^{BASE}\S*\?\S*$", message.body, re.MULTILINE)
    assert f'href="{url}"' in (message.html or "")
    assert urlsplit(url).path == path
    (token,) = parse_qs(urlsplit(url).query)["token"]
    return str(token)


def row_of(auth: Auth, purpose: Purpose, token: str) -> OneTimeToken:
    query = select(OneTimeToken).filter_by(purpose=purpose, digest=token)
    return auth.db.read(lambda unit: unit.scalars(query).one())


def test_a_reset_letter_brings_a_token_that_works(
    auth: Auth, bob: User
) -> None:
    message = write(auth, Letter.RESET_PASSWORD, EMAIL.upper())
    assert message is not None
    assert message.recipient == EMAIL, "as its owner wrote it"
    assert message.subject == "Reset your Bienvenue password"
    assert "60 minutes" in message.body
    token = link_in(message, "/reset_password")
    assert f"\n    {token}\n" in message.body, "for programs"
    assert set(UUID.findall(message.body + (message.html or ""))) == {token}
    auth.update_password(token, "new", email=EMAIL)
    assert auth.valid_login(EMAIL, "new")


def test_only_the_latest_letter_counts(auth: Auth, bob: User) -> None:
    first, second = (
        link_in(write(auth, Letter.RESET_PASSWORD), "/reset_password")
        for _ in range(2)
    )
    with pytest.raises(InvalidToken):
        auth.update_password(first, "new")
    auth.update_password(second, "new")


@pytest.mark.parametrize("letter", list(Letter))
def test_an_address_without_an_account_gets_none(
    auth: Auth, letter: Letter, frozen: FrozenClock
) -> None:
    assert write(auth, letter) is None


@pytest.mark.parametrize("letter", list(Letter))
def test_an_account_that_is_gone_gets_none(
    auth: Auth, letter: Letter, bob: User
) -> None:
    auth.db.write(lambda unit: unit.delete(lock_user(unit, bob.id)))
    assert write(auth, letter, user=bob) is None


def test_a_disabled_account_is_sent_no_reset_token(
    auth: Auth, bob: User
) -> None:
    change(auth, bob, disabled_at=NOON)
    assert write(auth, Letter.RESET_PASSWORD) is None
    assert auth.db.find_user_by(id=bob.id).reset_token is None


def test_a_letter_to_verify_brings_a_token_and_a_code(
    auth: Auth, bob: User, frozen: FrozenClock
) -> None:
    message = write(auth, Letter.VERIFY_EMAIL, user=bob)
    token = link_in(message, "/verify_email")
    assert message is not None
    (code,) = re.findall(r"^    (\d{6})$", message.body, re.MULTILINE)
    assert code in (message.html or "")
    place = f"{BASE}/verify_email"
    assert f"\n{place}\n" in message.body, "where to enter it"
    assert f'href="{place}"' in (message.html or "")
    row = row_of(auth, Purpose.VERIFY_EMAIL, token)
    assert row.code_digest is not None
    assert "24 hours" in message.body
    assert row.expires_at - NOON == enclosures.VERIFY_FOR


def test_what_is_verified_is_not_asked_for_again(
    auth: Auth, bob: User
) -> None:
    change(auth, bob, verified_at=NOON)
    assert write(auth, Letter.VERIFY_EMAIL, user=bob) is None
    change(auth, bob, verified_at=None, email=NEW)
    assert write(auth, Letter.VERIFY_EMAIL, user=bob) is None
    assert write(auth, Letter.VERIFY_EMAIL, NEW, user=bob) is not None


def test_a_change_of_address_is_confirmed_at_the_new_one(
    auth: Auth, bob: User
) -> None:
    ask_for(auth, bob, NEW)
    message = write(auth, Letter.CONFIRM_EMAIL_CHANGE, NEW, user=bob)
    token = link_in(message, "/confirm_email_change")
    assert message is not None
    assert message.recipient == NEW
    assert EMAIL not in message.body + (message.html or "")
    row = row_of(auth, Purpose.CHANGE_EMAIL, token)
    assert row.subject == NEW
    assert row.expires_at - NOON == enclosures.CONFIRM_FOR


def test_a_change_that_is_not_wanted_any_more_is_not_confirmed(
    auth: Auth, bob: User, frozen: FrozenClock
) -> None:
    letter = Letter.CONFIRM_EMAIL_CHANGE
    assert write(auth, letter, NEW, user=bob) is None
    ask_for(auth, bob, NEW)
    assert write(auth, letter, "other@example.com", user=bob) is None
    ask_for(auth, bob, "other@example.com")
    assert write(auth, letter, NEW, user=bob) is None
    ask_for(auth, bob, NEW)
    frozen.advance(hours=1)
    assert write(auth, letter, NEW, user=bob) is None


def test_the_old_address_is_told_of_the_change_with_a_way_back(
    auth: Auth, bob: User
) -> None:
    change(auth, bob, email=NEW)
    let_back(auth, bob, EMAIL)
    message = write(
        auth, Letter.EMAIL_CHANGED, EMAIL, user=bob, detail="n…@example.com"
    )
    token = link_in(message, "/undo_email_change")
    assert message is not None
    assert message.recipient == EMAIL
    assert "n…@example.com" in message.body
    assert NEW not in message.body + (message.html or "")
    assert "72 hours" in message.body
    row = row_of(auth, Purpose.UNDO_EMAIL_CHANGE, token)
    assert row.subject == EMAIL
    assert row.expires_at - NOON == enclosures.UNDO_FOR


def test_a_change_that_was_undone_is_not_told(auth: Auth, bob: User) -> None:
    """A late letter must not open the way back again."""
    assert write(auth, Letter.EMAIL_CHANGED, user=bob) is None


def test_a_deletion_that_was_called_off_is_not_announced(
    auth: Auth, bob: User
) -> None:
    letter = Letter.DELETION_SCHEDULED
    assert write(auth, letter, user=bob) is None
    change(auth, bob, deletion_due_at=NOON)
    message = write(auth, letter, user=bob, detail="2026-12-02")
    assert message is not None
    assert "On 2026-12-02 your account" in message.body


@pytest.mark.requirement("NIST-63B-4.6", "V6.3.7")
@pytest.mark.parametrize("letter", NOTICES)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_notice_tells_what_to_do_and_no_secret(
    auth: Auth, bob: User, letter: Letter, language: str
) -> None:
    change(auth, bob, deletion_due_at=NOON, language=language)
    auth.get_reset_password_token(EMAIL)
    message = write(
        auth,
        letter,
        user=bob,
        detail="192.0.2.1",
        support_url=f"{BASE}/help",
        public_url=f"{BASE}/id",
    )
    assert message is not None
    parts = (message.subject, message.body, message.html or "")
    assert all(f"{BASE}/help" in part for part in parts[1:])
    assert all(f"{BASE}/id/reset_password\n" in p for p in parts[1:2])
    assert f'href="{BASE}/id/reset_password"' in parts[2]
    not_you = {"en": "not", "fr": "pas vous|Sinon"}[language]
    assert re.search(not_you, parts[1])
    for part in parts:
        assert not UUID.search(part)
        assert "token=" not in part
        assert not re.search(r"\b\d{6}\b", part)


def test_a_notice_tells_when_and_from_where(auth: Auth, bob: User) -> None:
    letter = Letter.PASSWORD_CHANGED
    for detail, where in (
        ("192.0.2.1", ", from the network address 192.0.2.1."),
        (None, "was changed."),
    ):
        message = write(auth, letter, user=bob, detail=detail)
        assert message is not None
        flat = " ".join(message.body.split())
        assert "On 2026-11-02 12:00 UTC the password of your" in flat
        assert where in flat


def test_a_notice_goes_where_it_was_posted_to(auth: Auth, bob: User) -> None:
    """The address may have been changed since, and by a thief."""
    change(auth, bob, email=NEW)
    message = write(auth, Letter.PASSWORD_CHANGED, EMAIL, user=bob)
    assert message is not None
    assert message.recipient == EMAIL


def test_every_letter_has_a_template_and_something_to_put_in_it(
    auth: Auth, bob: User
) -> None:
    ask_for(auth, bob, NEW)
    change(auth, bob, deletion_due_at=NOON)
    subjects = set()
    for letter in Letter:
        to = NEW if letter is Letter.CONFIRM_EMAIL_CHANGE else EMAIL
        if letter is Letter.EMAIL_CHANGED:
            to = "older@example.com"
            let_back(auth, bob, to)
        message = write(auth, letter, to, user=bob, detail="x")
        assert message is not None, letter
        assert "Bienvenue" in message.subject
        subjects.add(message.subject)
    assert len(subjects) == len(Letter)


@pytest.mark.parametrize(
    ("own", "default", "language", "subject"),
    [
        (None, "en", "en", "Reset your Bienvenue password"),
        (None, "fr", "fr", "Réinitialisez votre mot de passe Bienvenue"),
        ("fr", "en", "fr", "Réinitialisez votre mot de passe Bienvenue"),
        ("fr-CA", "en", "fr", "Réinitialisez votre mot de passe Bienvenue"),
        ("en", "fr", "en", "Reset your Bienvenue password"),
        ("tlh", "fr", "fr", "Réinitialisez votre mot de passe Bienvenue"),
    ],
)
def test_a_letter_is_in_the_language_of_its_reader(
    auth: Auth,
    bob: User,
    own: str | None,
    default: str,
    language: str,
    subject: str,
) -> None:
    change(auth, bob, language=own)
    message = write(
        auth, Letter.RESET_PASSWORD, user=bob, default_language=default
    )
    assert message is not None
    assert (message.language, message.subject) == (language, subject)
    assert f'lang="{language}"' in (message.html or "")


def test_a_letter_is_signed_by_the_service() -> None:
    settings = Settings(
        service_name="<The> & Co",
        support_email="help+me@example.com",
        reset_token_lifetime_seconds=600,
    )
    message = Letters(settings, "/auth").reset_password(EMAIL, "the-token")
    assert message.subject == "Reset your <The> & Co password"
    assert "&lt;The&gt; &amp; Co" in (message.html or "")
    assert "Help: help+me@example.com" in message.body
    assert 'href="mailto:help%2Bme@example.com"' in (message.html or "")
    assert "10 minutes" in message.body
    place = "http://localhost:5000/auth/reset_password?token=the-token"
    assert place in message.body
    assert Address(addr_spec=message.recipient).domain == "example.com"
