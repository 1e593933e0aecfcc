"""Tokens: one purpose, one owner, one use, one hour."""

import re
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, orm, select

from bienvenue import DB, clock, one_time_token
from bienvenue.one_time_token import (
    CODE_LIFETIME,
    LIFETIME,
    MAX_FAILURES,
    OneTimeToken,
    Purpose,
)

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


@pytest.mark.requirement("OWASP-CS-FORGOT-2")
def test_a_token_has_one_owner_and_one_use(db: DB) -> None:
    issue(db, 1, "one")
    issue(db, 2, "two")
    assert (owner(db, "one"), owner(db, "two")) == (1, 2)
    assert (owner(db, "three"), claim(db, "three")) == (None, False)
    assert [claim(db, "one") for _ in range(2)] == [True, False]
    assert (owner(db, "one"), owner(db, "two")) == (None, 2)


@pytest.mark.requirement("NIST-63B-4.2.1.2")
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


@pytest.mark.requirement("V2.3.3")
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


VERIFY = Purpose.VERIFY_EMAIL
UNDO = Purpose.UNDO_EMAIL_CHANGE


def with_code(db: DB, user_id: int = 1) -> tuple[str, str]:
    return db.write(
        lambda unit: one_time_token.renew_with_code(unit, user_id, VERIFY)
    )


def guess(db: DB, code: str, user_id: int = 1) -> bool:
    return db.write(
        lambda unit: one_time_token.claim_code(unit, user_id, VERIFY, code)
    )


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_code_stands_for_its_token_once(db: DB) -> None:
    token, code = with_code(db)
    assert re.fullmatch("[0-9]{6}", code)
    assert not guess(db, code, user_id=2)
    assert guess(db, code)
    assert not guess(db, code)
    assert not db.write(
        lambda unit: one_time_token.claim(unit, VERIFY, token)
    )


def test_a_token_that_was_spent_takes_its_code_along(db: DB) -> None:
    token, code = with_code(db)
    assert db.write(lambda unit: one_time_token.claim(unit, VERIFY, token))
    assert not guess(db, code)


def test_a_new_code_voids_the_last(db: DB) -> None:
    _, first = with_code(db)
    _, second = with_code(db)
    assert not guess(db, first) or first == second
    assert guess(db, second)


def test_five_wrong_guesses_void_a_code_and_not_its_token(db: DB) -> None:
    token, code = with_code(db)
    for _ in range(MAX_FAILURES - 1):
        assert not guess(db, other_than(code))
    assert guess(db, code)
    token, code = with_code(db)
    for _ in range(MAX_FAILURES):
        assert not guess(db, other_than(code))
    assert not guess(db, code)
    assert db.write(lambda unit: one_time_token.claim(unit, VERIFY, token))


@pytest.mark.parametrize("nothing", ["", " ", "0", "None"])
def test_no_code_is_not_the_code_of_a_token_without_one(
    db: DB, nothing: str
) -> None:
    db.write(lambda unit: one_time_token.renew(unit, 1, VERIFY))
    assert not guess(db, nothing)


@pytest.mark.parametrize(
    ("after", "counts"),
    [(CODE_LIFETIME - MICROSECOND, True), (CODE_LIFETIME, False)],
)
def test_a_code_counts_for_minutes(
    db: DB, after: timedelta, *, counts: bool
) -> None:
    with clock.frozen() as stopped:
        token, code = with_code(db)
        stopped.advance(microseconds=after // MICROSECOND)
        assert guess(db, code) is counts
        claimed = db.write(
            lambda unit: one_time_token.claim(unit, VERIFY, token)
        )
        assert claimed is not counts


def test_a_code_does_not_outlive_its_token(db: DB) -> None:
    minute = timedelta(minutes=1)
    with clock.frozen() as stopped:
        _, code = db.write(
            lambda unit: one_time_token.renew_with_code(
                unit, 1, VERIFY, minute
            )
        )
        stopped.advance(minutes=1)
        assert not guess(db, code)


def test_a_copy_of_the_database_gives_no_code_away(db: DB) -> None:
    """A million digests are made in a second; the key is elsewhere."""
    db.code_key = b"key"
    _, code = with_code(db)
    db.code_key = b"another key"
    assert not guess(db, code)
    db.code_key = b"key"
    assert guess(db, code)


def test_ways_back_stand_beside_each_other_in_their_order(db: DB) -> None:
    def renew(subject: str) -> None:
        db.write(
            lambda unit: one_time_token.renew(unit, 1, UNDO, subject=subject)
        )

    with clock.frozen() as stopped:
        for subject in ("first@a.com", "second@a.com", "first@a.com"):
            renew(subject)
            stopped.advance(minutes=1)
        query = select(OneTimeToken).order_by(OneTimeToken.created_at)
        rows = db.read(lambda unit: unit.scalars(query).all())
    assert [row.subject for row in rows] == ["first@a.com", "second@a.com"]
    assert rows[0].expires_at > rows[1].expires_at


def test_what_is_pending_is_void_but_for_the_way_back(db: DB) -> None:
    for purpose in Purpose:
        db.write(partial(one_time_token.renew, user_id=1, purpose=purpose))
    issue(db, 2, "bobs")
    db.write(lambda unit: one_time_token.void_pending(unit, 1))
    query = select(OneTimeToken.purpose).where(OneTimeToken.user_id == 1)
    assert db.read(lambda unit: unit.scalars(query).all()) == [UNDO]
    assert owner(db, "bobs") == 2


def test_a_token_with_a_code_is_about_its_subject(db: DB) -> None:
    token, code = db.write(
        lambda unit: one_time_token.renew_with_code(
            unit, 1, VERIFY, subject="new@example.com"
        )
    )

    def subject(unit: orm.Session) -> str | None:
        found = one_time_token.find(unit, VERIFY, token)
        return found.subject if found else None

    assert db.read(subject) == "new@example.com"
    assert guess(db, code)


def test_wrong_guesses_count_for_their_own_code_alone(db: DB) -> None:
    """Neither for another person's, nor for one of another purpose."""
    change = Purpose.CHANGE_EMAIL
    _, mine = with_code(db)
    _, theirs = with_code(db, user_id=2)
    _, changing = db.write(
        lambda unit: one_time_token.renew_with_code(unit, 1, change)
    )
    for _ in range(MAX_FAILURES):
        assert not guess(db, other_than(mine))
    assert not guess(db, mine)
    assert guess(db, theirs, user_id=2)
    assert db.write(
        lambda unit: one_time_token.claim_code(unit, 1, change, changing)
    )
