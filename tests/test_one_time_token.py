"""Tokens: one purpose, one owner, one use, one hour."""

from datetime import timedelta

import pytest
from sqlalchemy import func, orm, select

from bienvenue import DB, clock, one_time_token
from bienvenue.one_time_token import LIFETIME, OneTimeToken, Purpose

RESET = Purpose.RESET_PASSWORD
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture
def db(db: DB) -> DB:
    """A database with two users; the first has a token in force."""
    db.add_user("ann@example.com", "h")
    db.add_user("bob@example.com", "h")
    return db


def issue(db: DB, user_id: int, token: str) -> None:
    db.write(lambda unit: one_time_token.issue(unit, user_id, RESET, token))


def owner(db: DB, token: str) -> int | None:
    found = db.read(lambda unit: one_time_token.owner(unit, RESET, token))
    return found.id if found else None


def claim(db: DB, token: str) -> bool:
    return db.write(lambda unit: one_time_token.claim(unit, RESET, token))


def test_a_token_has_one_owner_and_one_use(db: DB) -> None:
    issue(db, 1, "one")
    issue(db, 2, "two")
    assert (owner(db, "one"), owner(db, "two")) == (1, 2)
    assert (owner(db, "three"), claim(db, "three")) == (None, False)
    assert [claim(db, "one") for _ in range(2)] == [True, False]
    assert (owner(db, "one"), owner(db, "two")) == (None, 2)


@pytest.mark.parametrize(
    ("after", "counts"),
    [
        (timedelta(0), True),
        (LIFETIME - MICROSECOND, True),
        (LIFETIME, False),
        (LIFETIME + MICROSECOND, False),
        (-timedelta(days=1), True),
    ],
)
def test_a_token_counts_until_the_microsecond_it_expires(
    db: DB, after: timedelta, counts: bool
) -> None:
    with clock.frozen() as stopped:
        issue(db, 1, "one")
        stopped.advance(microseconds=after // MICROSECOND)
        assert owner(db, "one") == (1 if counts else None)
        assert (db.find_user_by(id=1).reset_token is not None) == counts
        assert claim(db, "one") is counts


def test_a_new_token_supersedes_the_last_and_no_other_users(db: DB) -> None:
    issue(db, 2, "bobs")
    for token in ("first", "second", "second"):
        issue(db, 1, token)
    assert [owner(db, each) for each in ("first", "second", "bobs")] == [
        None,
        1,
        2,
    ]


def test_a_token_is_revoked(db: DB) -> None:
    issue(db, 1, "one")
    issue(db, 2, "two")
    db.write(lambda unit: one_time_token.revoke(unit, 1, RESET))
    assert (owner(db, "one"), owner(db, "two")) == (None, 2)


def test_a_claim_that_is_rolled_back_spends_nothing(db: DB) -> None:
    issue(db, 1, "one")

    def work(unit: orm.Session) -> None:
        assert one_time_token.claim(unit, RESET, "one")
        raise KeyError

    with pytest.raises(KeyError):
        db.write(work)
    assert claim(db, "one")


def test_a_spent_token_leaves_no_row(db: DB) -> None:
    issue(db, 1, "one")
    claim(db, "one")
    count = select(func.count()).select_from(OneTimeToken)
    assert db.read(lambda unit: unit.scalar(count)) == 0
