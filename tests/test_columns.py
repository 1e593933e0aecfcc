"""Columns with a meaning: digests, instants, and what compares with them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import StatementError

from bienvenue import DB, Session, User, clock, secret

FIRST, SECOND = "first session", "second session"


@pytest.fixture
def bob(db: DB) -> User:
    """A user with two sessions, beside one without."""
    db.add_user("ann@example.com", "h")
    user = db.add_user("bob@example.com", "h")
    db.update_user(user.id, session_id=FIRST)
    db.update_user(user.id, session_id=SECOND)
    return user


def ids(db: DB, condition: Any) -> list[int]:
    """Return the ids of the users that match, by the database."""
    query = select(User.id).where(condition).order_by(User.id)
    return db.read(lambda unit: list(unit.scalars(query)))


def test_the_newest_in_force_is_the_one_that_is_read(
    db: DB, bob: User
) -> None:
    newest = secret.digest(SECOND).hex()
    assert db.find_user_by(id=bob.id).session_id == newest
    assert ids(db, User.session_id == FIRST) == [bob.id]
    assert ids(db, User.session_id == SECOND) == [bob.id]


def test_the_other_comparisons_are_those_of_the_newest(
    db: DB, bob: User
) -> None:
    assert ids(db, User.session_id.in_([SECOND, "x"])) == [bob.id]
    assert ids(db, User.session_id != "x") == [bob.id]
    assert ids(db, User.session_id.is_(None)) == [1]
    assert ids(db, User.session_id.is_not(None)) == [bob.id]


def test_none_equals_nothing(db: DB, bob: User) -> None:
    nothing = None
    assert ids(db, User.session_id == nothing) == []
    assert ids(db, User.reset_token == nothing) == []


def test_a_digest_in_hex_opens_nothing(db: DB, bob: User) -> None:
    shown = db.find_user_by(id=bob.id).session_id
    assert ids(db, User.session_id == shown) == []


def test_one_statement_looks_at_the_clock_each_time_it_runs(
    db: DB, bob: User
) -> None:
    query = select(User.id).where(User.session_id == FIRST)
    with clock.frozen() as stopped:
        for days, found in ((0, bob.id), (31, None), (-31, bob.id)):
            stopped.advance(days=days)
            assert db.read(lambda unit: unit.scalar(query)) == found


def test_an_instant_is_whole_microseconds_in_the_database(db: DB) -> None:
    at = datetime(2026, 11, 21, 12, 0, 0, 123456, UTC)
    with clock.frozen(at):
        user = db.add_user("bob@example.com", "h")
    kept = db.read(
        lambda unit: unit.scalar(text("SELECT created_at FROM users"))
    )
    assert kept == clock.to_us(at)
    assert db.find_user_by(id=user.id).created_at == at
    assert db.find_user_by(created_at=at).id == user.id


def test_a_naive_time_is_not_compared(db: DB) -> None:
    naive = datetime(2026, 11, 21)  # noqa: DTZ001 - what is refused
    with pytest.raises(StatementError):
        ids(db, User.created_at > naive)


def test_a_missing_value_is_null(db: DB) -> None:
    """Either type passes None through, both ways."""
    nothing = None
    query = select(func.count()).where(
        (Session.digest == nothing) | (Session.created_at == nothing)
    )
    assert db.read(lambda unit: unit.scalar(query)) == 0
    latest = select(
        func.max(Session.created_at), func.nullif(func.max(Session.id), -1)
    )
    assert db.read(lambda unit: unit.execute(latest).one()) == (None, None)


def test_a_raw_secret_shows_in_no_error(db: DB) -> None:
    """Nor does any value that a statement was given (ASVS 16.2.5)."""

    def fail(unit: Any) -> None:
        unit.execute(
            text("INSERT INTO users (hashed_password) VALUES (:hash)"),
            {"hash": "$2b$secret"},
        )

    with pytest.raises(StatementError) as caught:
        db.write(fail)
    assert "secret" not in str(caught.value)
