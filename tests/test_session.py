"""Sessions: many of a user, each with its own end."""

from datetime import timedelta

import pytest
from sqlalchemy import orm

from bienvenue import DB, User, clock, session
from bienvenue.errors import UserNotFound
from bienvenue.session import DEFAULT_SPAN

MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def db(db: DB) -> DB:
    """A database with two users."""
    db.add_user("ann@example.com", "h")
    db.add_user("bob@example.com", "h")
    return db


def start(db: DB, user_id: int, *ids: str) -> None:
    def work(unit: orm.Session) -> None:
        for each in ids:
            session.start(unit, user_id, each)

    db.write(work)


def live(db: DB, *ids: str) -> list[bool]:
    """Return which sessions count, as two ways of asking have it."""
    fast = [db.check_session(raw) is not None for raw in ids]
    for raw, counts in zip(ids, fast, strict=True):
        if counts:
            assert db.find_user_by(session_id=raw).id
        else:
            with pytest.raises(UserNotFound):
                db.find_user_by(session_id=raw)
    return fast


def test_ending_one_leaves_the_others(db: DB) -> None:
    start(db, 1, "phone", "laptop")
    start(db, 2, "tablet")
    ended = [
        db.write(lambda unit: session.end(unit, "phone")) for _ in range(2)
    ]
    assert ended == [True, False]
    assert live(db, "phone", "laptop", "tablet") == [False, True, True]


def test_ending_all_leaves_other_users(db: DB) -> None:
    start(db, 1, "phone", "laptop")
    start(db, 2, "tablet")
    db.write(lambda unit: session.end_all(unit, 1))
    assert live(db, "phone", "laptop", "tablet") == [False, False, True]


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (DEFAULT_SPAN.idle - MICROSECOND, True),
        (DEFAULT_SPAN.idle, False),
        (-timedelta(days=1), True),
    ],
)
def test_a_session_counts_until_the_microsecond_it_expires(
    db: DB, after: timedelta, counts: bool
) -> None:
    with clock.frozen() as stopped:
        start(db, 1, "phone")
        stopped.advance(microseconds=after // MICROSECOND)
        assert live(db, "phone") == [counts]
        assert (db.find_user_by(id=1).session_id is not None) == counts
        assert db.write(lambda unit: session.end(unit, "phone")) is counts


def test_a_session_ends_with_its_user(db: DB) -> None:
    """The foreign key is checked, on this connection too."""
    start(db, 1, "phone")

    def remove(unit: orm.Session) -> None:
        unit.delete(unit.get_one(User, 1))

    db.write(remove)
    assert live(db, "phone") == [False]
