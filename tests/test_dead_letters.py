"""Dead letters: kept, counted, tried again, and forgotten in the end."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import orm

from bienvenue import DB, clock, dead_letters, outbox
from bienvenue.clock import FrozenClock
from bienvenue.dead_letters import Count
from bienvenue.outbox import LAST, Letter, OutboxRow


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen() as stopped:
        yield stopped


def post(db: DB, *recipients: str) -> None:
    letter = Letter.RESET_PASSWORD
    for each in recipients:
        db.write(partial(outbox.post, letter=letter, recipient=each))


def kill(db: DB, recipient: str, reason: str = "recipient refused") -> int:
    """Post a letter and give it up; return its id."""
    post(db, recipient)

    def work(unit: orm.Session) -> int:
        row = outbox.lease(unit)
        assert row is not None
        outbox.give_up(unit, row, reason)
        return row.id

    return db.write(work)


def listed(db: DB, limit: int = 100) -> list[OutboxRow]:
    return list(db.read(lambda unit: dead_letters.listed(unit, limit)))


def test_a_dead_letter_is_not_tried_and_says_why(
    db: DB, frozen: FrozenClock
) -> None:
    number = kill(db, "a@example.com", "recipient refused: 550 5.1.1")
    post(db, "b@example.com")
    assert db.read(dead_letters.count) == Count(waiting=1, dead=1)
    frozen.advance(days=2)
    leased = db.write(outbox.lease)
    assert leased is not None
    assert leased.recipient == "b@example.com"
    assert not db.read(outbox.is_due)
    dead, waiting = listed(db)
    assert (dead.id, dead.reason) == (number, "recipient refused: 550 5.1.1")
    assert dead.failed_at == clock.now() - timedelta(days=2)
    assert (waiting.recipient, waiting.failed_at) == ("b@example.com", None)


def test_the_dead_come_first_and_the_list_has_an_end(
    db: DB, frozen: FrozenClock
) -> None:
    post(db, "a@example.com")
    assert db.write(outbox.lease) is not None
    kill(db, "b@example.com")
    kill(db, "c@example.com")
    assert [row.recipient[0] for row in listed(db)] == ["b", "c", "a"]
    assert [row.recipient[0] for row in listed(db, 2)] == ["b", "c"]


def test_dead_letters_are_forgotten_after_a_month(
    db: DB, frozen: FrozenClock
) -> None:
    kill(db, "a@example.com")
    frozen.advance(days=30)
    assert db.write(dead_letters.tidy) == 0
    assert db.read(dead_letters.count) == Count(0, 1)
    frozen.advance(microseconds=1)
    assert db.write(dead_letters.tidy) == 0
    assert db.read(dead_letters.count) == Count(0, 0)


def test_what_could_not_be_tried_for_days_is_given_up(
    db: DB, frozen: FrozenClock
) -> None:
    """As when the mail server is away: nothing is leased then."""
    post(db, "a@example.com")
    frozen.advance(seconds=LAST.total_seconds())
    assert db.write(dead_letters.tidy) == 0
    frozen.advance(microseconds=1)
    assert db.write(dead_letters.tidy) == 1
    assert db.write(dead_letters.tidy) == 0
    (row,) = listed(db)
    assert (row.failed_at, row.attempts) == (clock.now(), 0)
    assert row.reason == "could not leave in 3 days"


def test_a_letter_that_is_tried_again_has_its_time_anew(
    db: DB, frozen: FrozenClock
) -> None:
    number = kill(db, "a@example.com")
    frozen.advance(days=20)
    assert db.write(lambda unit: dead_letters.retry(unit, [number + 1])) == 0
    assert db.write(lambda unit: dead_letters.retry(unit, [number])) == 1
    assert db.write(dead_letters.tidy) == 0
    (row,) = listed(db)
    assert (row.failed_at, row.reason, row.attempts) == (None, None, 0)
    assert row.created_at == clock.now() - timedelta(days=20), "still then"
    leased = db.write(outbox.lease)
    assert leased is not None
    assert leased.id == number
    again = db.write(lambda unit: outbox.put_off(unit, leased, "450"))
    assert not again, "one more failure is its last"


def test_all_are_tried_again_at_once(db: DB, frozen: FrozenClock) -> None:
    for name in "abc":
        kill(db, f"{name}@example.com")
    post(db, "d@example.com")
    assert db.write(dead_letters.retry) == 3
    assert db.write(dead_letters.retry) == 0
    assert db.read(dead_letters.count) == Count(4, 0)


def test_what_waits_is_not_purged(db: DB, frozen: FrozenClock) -> None:
    first, second = (kill(db, f"{name}@example.com") for name in "ab")
    post(db, "c@example.com")
    waiting = listed(db)[-1].id
    purge = dead_letters.purge
    assert db.write(lambda unit: purge(unit, [first, waiting])) == 1
    assert [row.id for row in listed(db)] == [second, waiting]
    assert db.write(lambda unit: purge(unit, [])) == 0
    assert db.write(purge) == 1
    assert [row.id for row in listed(db)] == [waiting]


def test_a_dead_letter_is_never_due_until_it_is_tried_again(
    db: DB, frozen: FrozenClock
) -> None:
    """What is due is found by its date, past no dead ones."""
    kill(db, "a@example.com")
    (dead,) = listed(db)
    assert dead.due_at - clock.now() == outbox.NEVER
    db.write(outbox.release)
    assert not db.read(outbox.is_due)
    assert db.write(dead_letters.retry) == 1
    assert db.read(outbox.is_due)


def test_so_is_one_that_waited_too_long(
    db: DB, frozen: FrozenClock
) -> None:
    post(db, "a@example.com")
    frozen.advance(days=LAST.days, seconds=1)
    assert db.write(dead_letters.tidy) == 1
    (dead,) = listed(db)
    assert dead.due_at - clock.now() == outbox.NEVER
