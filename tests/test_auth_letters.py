"""What ``Auth`` asks the post to do, and what it hands down as it is."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import orm

from bienvenue import DB, Auth, Settings, User
from bienvenue import auth as auth_module
from bienvenue.client import Client
from bienvenue.errors import InvalidAddress, InvalidCredentials, MailOff
from bienvenue.outbox import Letter, OutboxRow
from bienvenue.session import Session

EMAIL = "bob@example.com"


def waiting(auth: Auth) -> list[tuple[str, str]]:
    def look(unit: orm.Session) -> list[tuple[str, str]]:
        rows = unit.query(OutboxRow).order_by(OutboxRow.id)
        return [(row.letter, row.recipient) for row in rows]

    return auth.db.read(look)


def test_a_reset_is_posted_whether_or_not_there_is_an_account(
    auth: Auth,
) -> None:
    """OWASP Forgot Password: the same single write, and no token yet."""
    auth.register_user(EMAIL, "pw")
    auth.request_password_reset(EMAIL)
    auth.request_password_reset("nobody@example.com")
    assert waiting(auth) == [
        (Letter.RESET_PASSWORD, EMAIL),
        (Letter.RESET_PASSWORD, "nobody@example.com"),
    ]
    assert auth.db.find_user_by(id=1).reset_token is None


@pytest.mark.parametrize("email", ["", "bob", None, 7, b"bob@example.com"])
def test_no_letter_goes_to_what_is_no_address(auth: Auth, email: Any) -> None:
    with pytest.raises(InvalidAddress):
        auth.request_password_reset(email)
    assert waiting(auth) == []


def test_no_letter_waits_where_mail_is_off(db: DB) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=4, mail="off"))
    with pytest.raises(MailOff):
        auth.request_password_reset(EMAIL)
    assert waiting(auth) == []
    auth.close()


def test_who_is_guessed_at_is_told_whether_or_not_there_is_an_account(
    auth: Auth,
) -> None:
    auth.register_user(EMAIL, "pw")
    auth.tell_of_guesses("Bob@EXAMPLE.com")
    auth.tell_of_guesses("nobody@example.com")
    assert waiting(auth) == [
        (Letter.GUESSED_AT, "Bob@example.com"),
        (Letter.GUESSED_AT, "nobody@example.com"),
    ]
    with pytest.raises(InvalidAddress):
        auth.tell_of_guesses("bob")


def test_nobody_is_told_of_guesses_where_mail_is_off(db: DB) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=4, mail="off"))
    auth.tell_of_guesses(EMAIL)
    with pytest.raises(InvalidAddress):
        auth.tell_of_guesses("bob")
    assert waiting(auth) == []
    auth.close()


def test_sessions_last_as_long_as_the_settings_say(db: DB) -> None:
    auth = Auth(
        db,
        Settings(
            bcrypt_rounds=4,
            session_lifetime_seconds=7200,
            session_idle_seconds=600,
        ),
    )
    assert auth.session_span.idle == timedelta(minutes=10)
    auth.register_user(EMAIL, "pw")
    auth.log_in(EMAIL, "pw", Client("192.0.2.1", "a browser"))
    auth.create_session(EMAIL)
    signed_in, created = db.read(
        lambda unit: unit.query(Session).order_by(Session.id).all()
    )
    assert (signed_in.address, signed_in.agent) == ("192.0.2.1", "a browser")
    assert (created.address, created.agent) == (None, None)
    for row in (signed_in, created):
        assert row.expires_at - row.created_at == timedelta(minutes=10)
        assert row.ends_at - row.created_at == timedelta(hours=2)
    auth.close()


def test_a_wrong_password_begins_nothing(auth: Auth) -> None:
    auth.register_user(EMAIL, "pw")
    for email, password in ((EMAIL, "other"), ("eve@example.com", "pw")):
        with pytest.raises(InvalidCredentials):
            auth.log_in(email, password)
    assert auth.db.read(lambda unit: unit.query(Session).count()) == 0


def test_what_was_noted_is_written_when_it_closes(
    db: DB, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And the database is closed, even when the last write fails."""
    auth = Auth(db, Settings(bcrypt_rounds=4))
    done: list[str] = []

    def stop() -> None:
        done.append("written")
        raise OSError("the disk is full")

    monkeypatch.setattr(auth._last_seen, "stop", stop)
    monkeypatch.setattr(db, "close", lambda: done.append("closed"))
    with pytest.raises(OSError, match="full"):
        auth.close()
    assert done == ["written", "closed"]
    monkeypatch.undo()
    auth.close()


def test_the_settings_decide_what_a_hash_costs(db: DB) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=5))
    user: User = auth.register_user(EMAIL, "pw")
    assert user.hashed_password.startswith("$2b$05$")
    assert auth_module._hash_password("pw").startswith(b"$2b$12$")
    auth.close()
