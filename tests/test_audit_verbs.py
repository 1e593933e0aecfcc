"""What the verbs of ``Auth`` record, to the letter."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from bienvenue import DB, Auth
from bienvenue.audit_tables import AuditEvent
from bienvenue.errors import (
    EmailTaken,
    InvalidCredentials,
    InvalidToken,
    PasswordChangeRequired,
)
from bienvenue.session import Session

BOB, EVE, NOBODY = "bob@example.com", "eve@example.com", "nobody@example.com"

Event = tuple[str, str, int | None, dict[str, Any]]


@pytest.fixture
def auth(auth: Auth) -> Auth:
    """The use cases over a database with two accounts."""
    auth.register_user(EVE, "pw")
    auth.register_user(BOB, "pw")
    return auth


def recorded(db: DB) -> list[Event]:
    """Return what was recorded since the two accounts were made."""
    query = select(AuditEvent).order_by(AuditEvent.sequence)
    rows = db.read(lambda unit: list(unit.scalars(query)))
    assert [row.event for row in rows[:2]] == ["user_created"] * 2
    return [
        (row.event, row.outcome, row.user_id, json.loads(row.detail or "{}"))
        for row in rows[2:]
    ]


def name_of(auth: Auth, email: str) -> str:
    return auth.db.journal.chain.pseudonym(email)


def test_a_taken_address_is_refused_by_name(auth: Auth) -> None:
    with pytest.raises(EmailTaken):
        auth.register_user(BOB.upper(), "other")
    named = {"account": name_of(auth, BOB)}
    assert recorded(auth.db) == [("user_create_refused", "failure", 2, named)]


def test_a_login_by_a_compromised_password_has_failed(auth: Auth) -> None:
    auth.mark_password_compromised(2)
    before = len(recorded(auth.db))
    with pytest.raises(PasswordChangeRequired):
        auth.log_in(BOB, "pw")
    told = {"method": "password", "account": name_of(auth, BOB)}
    assert recorded(auth.db)[before:] == [
        ("authn_login_fail", "failure", 2, told)
    ]


@pytest.mark.requirement("V16.3.1")
def test_logins_say_how_and_for_whom(auth: Auth) -> None:
    assert auth.valid_login(BOB, "pw")
    assert not auth.valid_login(BOB.encode(), "no")
    assert not auth.valid_login(NOBODY, "no")
    with pytest.raises(InvalidCredentials):
        auth.log_in(BOB, "no")
    auth.log_in(BOB, "pw")
    by, bob = {"method": "password"}, name_of(auth, BOB)
    failure = ("authn_login_fail", "failure")
    assert recorded(auth.db) == [
        ("authn_login_success", "success", 2, by),
        (*failure, 2, by | {"account": bob}),
        (*failure, None, by | {"account": name_of(auth, NOBODY)}),
        (*failure, 2, by | {"account": bob}),
        ("authn_login_success", "success", 2, by),
        ("session_created", "success", 2, {}),
    ]


def test_what_is_no_address_is_nobodys_failure(auth: Auth) -> None:
    brought: list[Any] = ["", "\0", "\ud800", b"\xff", None, 7]
    for email in brought:
        assert not auth.valid_login(email, "pw")
    found = recorded(auth.db)
    assert [user_id for _, _, user_id, _ in found] == [None] * len(brought)
    accounts = [detail["account"] for *_, detail in found]
    assert accounts[0] == accounts[-1] == accounts[-2] == name_of(auth, "")


def test_the_end_of_sessions_says_which(auth: Auth) -> None:
    auth.create_session(EVE)
    session_id = auth.create_session(BOB)
    row = auth.db.read(
        lambda unit: unit.query(Session).filter_by(user_id=2).one().id
    )
    assert auth.end_session(session_id)
    assert not auth.end_session(session_id)
    auth.destroy_session(1)
    auth.destroy_session(404)
    assert recorded(auth.db) == [
        ("session_created", "success", 1, {}),
        ("session_created", "success", 2, {}),
        ("session_ended", "success", 2, {"scope": "one", "session": row}),
        ("session_ended", "success", 1, {"scope": "all"}),
    ]


def test_a_reset_is_recorded_from_asking_to_spending(auth: Auth) -> None:
    auth.request_password_reset(BOB)
    auth.request_password_reset(NOBODY)
    token = auth.get_reset_password_token(BOB)
    for email in (None, EVE, NOBODY):
        with pytest.raises(InvalidToken):
            auth.update_password("nonsense", "new", email=email)
    auth.update_password(token, "new", email=BOB)
    failure = ("authn_token_fail", "failure")
    what = {"purpose": "reset_password"}
    assert recorded(auth.db) == [
        (
            "authn_reset_requested",
            "success",
            2,
            {"account": name_of(auth, BOB)},
        ),
        (
            "authn_reset_requested",
            "success",
            None,
            {"account": name_of(auth, NOBODY)},
        ),
        ("authn_reset_requested", "success", 2, {}),
        (*failure, None, what),
        (*failure, 1, what | {"account": name_of(auth, EVE)}),
        (*failure, None, what | {"account": name_of(auth, NOBODY)}),
        ("authn_password_reset", "success", 2, {}),
        ("session_ended", "success", 2, {"scope": "all"}),
    ]
