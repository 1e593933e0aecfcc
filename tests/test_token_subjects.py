"""Tokens about an address, and which of them stand beside each other."""

from datetime import timedelta

import pytest
from sqlalchemy import orm, select, update
from sqlalchemy.exc import IntegrityError

from bienvenue import DB, clock, one_time_token
from bienvenue.one_time_token import LIFETIME, OneTimeToken, Purpose
from bienvenue.reserved_address import is_reserved

RESET, UNDO = Purpose.RESET_PASSWORD, Purpose.UNDO_EMAIL_CHANGE
CHANGE, VERIFY = Purpose.CHANGE_EMAIL, Purpose.VERIFY_EMAIL


@pytest.fixture
def db(db: DB) -> DB:
    """A database with two users."""
    db.add_user("ann@example.com", "h")
    db.add_user("bob@example.com", "h")
    return db


def renew(
    db: DB,
    purpose: Purpose,
    subject: str = "",
    user_id: int = 1,
    lifetime: timedelta = LIFETIME,
) -> str:
    return db.write(
        lambda unit: one_time_token.renew(
            unit, user_id, purpose, lifetime, subject=subject
        )
    )


def in_force(db: DB, purpose: Purpose, *tokens: str) -> list[bool]:
    def look(unit: orm.Session) -> list[bool]:
        return [
            one_time_token.owner(unit, purpose, token) is not None
            for token in tokens
        ]

    return db.read(look)


def rows(db: DB) -> list[OneTimeToken]:
    every = select(OneTimeToken).order_by(OneTimeToken.id)
    return db.read(lambda unit: list(unit.scalars(every)))


def test_ways_back_stand_beside_each_other(db: DB) -> None:
    """A thief who changes the address twice voids no way back."""
    first = renew(db, UNDO, "old@example.com")
    second = renew(db, UNDO, "middle@example.com")
    others = renew(db, UNDO, "old@example.com", user_id=2)
    reset = renew(db, RESET)
    assert in_force(db, UNDO, first, second, others) == [True, True, True]
    again = renew(db, UNDO, "old@example.com")
    assert in_force(db, UNDO, first, second, others, again) == [
        False,
        True,
        True,
        True,
    ]
    assert in_force(db, RESET, reset) == [True]


def test_a_change_supersedes_the_last_whatever_it_is_about(db: DB) -> None:
    first = renew(db, CHANGE, "one@example.com")
    second = renew(db, CHANGE, "two@example.com")
    assert in_force(db, CHANGE, first, second) == [False, True]
    assert [row.subject for row in rows(db)] == ["two@example.com"]


def test_a_token_is_revoked_by_what_it_is_about(db: DB) -> None:
    first = renew(db, UNDO, "one@example.com")
    second = renew(db, UNDO, "two@example.com")
    others = renew(db, UNDO, "one@example.com", user_id=2)
    db.write(
        lambda unit: one_time_token.revoke(
            unit, 1, UNDO, subject="one@example.com"
        )
    )
    assert in_force(db, UNDO, first, second, others) == [False, True, True]
    db.write(lambda unit: one_time_token.revoke(unit, 1, UNDO))
    assert in_force(db, UNDO, second, others) == [False, True]
    plain = renew(db, UNDO)
    kept = renew(db, UNDO, "three@example.com")
    db.write(lambda unit: one_time_token.revoke(unit, 1, UNDO, subject=""))
    assert in_force(db, UNDO, plain, kept) == [False, True]


def test_one_kind_never_serves_as_another(db: DB) -> None:
    tokens = {purpose: renew(db, purpose) for purpose in Purpose}
    for purpose in Purpose:
        for made_for, token in tokens.items():
            assert in_force(db, purpose, token) == [purpose is made_for]
    claimed = db.write(
        lambda unit: one_time_token.claim(unit, VERIFY, tokens[RESET])
    )
    assert not claimed
    assert in_force(db, RESET, tokens[RESET]) == [True]


def test_a_row_says_what_was_issued_and_no_more(db: DB) -> None:
    with clock.frozen():
        token = renew(db, CHANGE, "new@example.com", lifetime=LIFETIME * 2)
        renew(db, RESET)
        now = clock.now()
    change, reset = rows(db)
    assert (change.user_id, change.purpose) == (1, "change_email")
    assert change.subject == "new@example.com"
    assert change.created_at == now
    assert change.expires_at == now + timedelta(hours=2)
    assert (change.code_digest, change.failures) == (None, 0)
    assert (reset.subject, reset.expires_at) == ("", now + timedelta(hours=1))
    assert token not in repr(vars(change))


def test_the_words_for_the_kinds_stay(db: DB) -> None:
    """They are in databases that exist."""
    assert [str(purpose) for purpose in Purpose] == [
        "reset_password",
        "verify_email",
        "change_email",
        "undo_email_change",
        "admin_console",
        "acting",
    ]


def test_a_token_is_put_in_force_by_hand(db: DB) -> None:
    """``User.reset_token`` is written this way."""

    def assign(user_id: int, token: str | None) -> None:
        db.write(
            lambda unit: one_time_token.assign(unit, user_id, RESET, token)
        )

    assign(1, "one")
    assign(2, "two")
    assert in_force(db, RESET, "one", "two") == [True, True]
    assign(1, "another")
    assert in_force(db, RESET, "one", "another") == [False, True]
    assign(1, None)
    assert in_force(db, RESET, "another", "two") == [False, True]
    with pytest.raises(IntegrityError):
        assign(1, "two")
    assert in_force(db, RESET, "two") == [True]


def test_a_user_takes_their_tokens_along(db: DB) -> None:
    renew(db, RESET)
    others = renew(db, RESET, user_id=2)
    db.write(lambda unit: unit.delete(db.find_user_by(id=1)))
    assert [row.user_id for row in rows(db)] == [2]
    assert in_force(db, RESET, others) == [True]


def test_the_reset_token_of_a_user_is_the_one_in_force(db: DB) -> None:
    renew(db, VERIFY)
    assert db.find_user_by(id=1).reset_token is None
    token = renew(db, RESET)
    found = db.find_user_by(reset_token=token)
    assert found.id == 1
    with clock.frozen() as time:
        time.advance(hours=1)
        assert db.find_user_by(id=1).reset_token is None


def test_an_address_to_go_back_to_is_found_by_its_key(db: DB) -> None:
    renew(db, UNDO, "Old@Example.com")
    renew(db, CHANGE, "new@example.com")
    assert [row.subject_key for row in rows(db)] == ["old@example.com", None]
    assert reserved(db, "oLD@example.com")
    assert not reserved(db, "new@example.com")
    assert not reserved(db, "old@example.com", but=1)
    assert reserved(db, "old@example.com", but=2)


def test_so_is_one_of_which_an_older_release_kept_no_key(db: DB) -> None:
    renew(db, UNDO, "old@example.com")
    forget = update(OneTimeToken).values(subject_key=None)
    db.write(lambda unit: unit.execute(forget))
    assert reserved(db, "OLD@example.com")
    assert not reserved(db, "older@example.com")


def reserved(db: DB, email: str, but: int | None = None) -> bool:
    return db.read(lambda unit: is_reserved(unit, email, but=but))
