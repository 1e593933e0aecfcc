"""Signing up: what is told, to whom, and what is left as it was."""

from typing import Any

import pytest
from sqlalchemy import event

from bienvenue import DB, Auth, Settings
from bienvenue.errors import (
    EmailTaken,
    InvalidCredentials,
    PasswordContext,
    PasswordTooShort,
)
from bienvenue.registration import Newcomer
from tests import mailed

BOB, PASSWORD = "bob@example.com", "fifteen letters"
OTHER = "another fifteen"


@pytest.fixture
def strict(db: DB) -> Auth:
    """The use cases under production's rules."""
    return Auth(db, Settings(bcrypt_rounds=4, strict=True))


@pytest.fixture
def writes(db: DB) -> list[str]:
    """Collects the statements that write, and the ends of units."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.split(maxsplit=1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            seen.append(statement.split(maxsplit=1)[0])

    event.listen(db.engine, "before_cursor_execute", note)
    event.listen(db.engine, "commit", lambda _: seen.append("COMMIT"))
    return seen


def test_the_address_is_to_be_verified(strict: Auth) -> None:
    strict.sign_up(BOB, PASSWORD)
    assert mailed.letters(strict.db) == [("verify_email", BOB)]
    assert strict.db.find_user_by(email=BOB).verified_at is None
    with pytest.raises(InvalidCredentials):
        strict.log_in(BOB, PASSWORD)
    mailed.verify(strict.db, BOB)
    assert strict.log_in(BOB, PASSWORD)


def test_a_password_made_of_the_address_is_refused(strict: Auth) -> None:
    with pytest.raises(PasswordContext):
        strict.sign_up("quillfeatherstone@example.com", "quillfeatherstone")
    hashed = strict.sign_up(BOB, "quillfeatherstone")
    assert strict.db.find_user_by(email=BOB).hashed_password == hashed


@pytest.mark.parametrize("proven", [True, False])
def test_a_taken_address_ends_like_a_fresh_one(
    strict: Auth, writes: list[str], *, proven: bool
) -> None:
    strict.register_user(BOB, PASSWORD)
    if proven:
        mailed.verify(strict.db, BOB)
    before = strict.db.find_user_by(email=BOB)
    writes.clear()
    strict.sign_up("eve@example.com", OTHER)
    fresh = list(writes)
    writes.clear()
    strict.sign_up("BOB@example.com", OTHER)
    assert len(writes) == len(fresh)
    assert writes.count("COMMIT") == fresh.count("COMMIT")
    after = strict.db.find_user_by(email=BOB)
    assert after.hashed_password == before.hashed_password
    assert (after.id, after.email) == (before.id, BOB)
    letter = "already_registered" if proven else "verify_email"
    assert mailed.letters(strict.db)[-1] == (letter, BOB)


def test_the_cost_of_hashing_is_the_same(
    strict: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict.register_user(BOB, PASSWORD)
    hashed: list[str | bytes] = []
    real = strict.hasher.hash

    def counted(password: str | bytes) -> str:
        hashed.append(password)
        return real(password)

    monkeypatch.setattr(strict.hasher, "hash", counted)
    strict.sign_up("eve@example.com", PASSWORD)
    assert len(hashed) == 1
    strict.sign_up(BOB, PASSWORD)
    assert len(hashed) == 2


def test_no_letter_leaves_when_it_may_not(strict: Auth) -> None:
    strict.sign_up(BOB, PASSWORD, told=False)
    strict.sign_up(BOB, PASSWORD, told=False)
    assert mailed.letters(strict.db) == []
    assert strict.valid_login(BOB, PASSWORD)


def test_the_policy_holds_for_both(strict: Auth) -> None:
    strict.register_user(BOB, PASSWORD)
    for email in (BOB, "eve@example.com"):
        with pytest.raises(PasswordTooShort):
            strict.sign_up(email, "short")


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"strict": True, "mail": "off"},
        {"strict": True, "reveal_taken_addresses": True},
    ],
)
def test_where_it_may_be_told(db: DB, chosen: dict[str, Any]) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=4, **chosen))
    auth.sign_up(BOB, PASSWORD)
    with pytest.raises(EmailTaken):
        auth.sign_up("BOB@example.com", PASSWORD)
    with pytest.raises(EmailTaken):
        auth.register_user(BOB, PASSWORD)


@pytest.mark.parametrize(
    ("chosen", "verified", "reveals"),
    [
        ({}, False, True),
        ({"mail": "smtp"}, False, True),
        ({"strict": True}, True, False),
        ({"profile": "production", "mail": "smtp"}, True, False),
        ({"profile": "production", "mail": "off"}, False, True),
        ({"strict": True, "require_verified_email": False}, False, False),
        ({"require_verified_email": True}, True, True),
        ({"reveal_taken_addresses": False}, False, False),
    ],
)
def test_what_the_settings_say(
    chosen: dict[str, Any], *, verified: bool, reveals: bool
) -> None:
    settings = Settings(**chosen)
    assert settings.wants_verified is verified
    assert settings.reveals_taken is reveals


def test_with_mail_off_no_letter_waits_for_nothing(db: DB) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=4, strict=True, mail="off"))
    auth.sign_up(BOB, PASSWORD)
    assert mailed.letters(db) == []
    assert auth.log_in(BOB, PASSWORD)


def test_a_newcomer_shows_nothing() -> None:
    assert BOB not in repr(Newcomer(BOB, "h", told=True))


def test_another_registration_of_the_same_moment(
    strict: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was free when looked at, and is taken when written."""
    strict.register_user(BOB, PASSWORD)
    mailed.verify(strict.db, BOB)
    monkeypatch.setattr("bienvenue.registration._is_taken", lambda *_: False)
    strict.sign_up(BOB, OTHER)
    assert mailed.letters(strict.db) == [("already_registered", BOB)]
    assert strict.valid_login(BOB, PASSWORD)
