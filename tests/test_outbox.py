"""The outbox: who may try which letter, and when again."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Executable, Result, orm, select, text

from bienvenue import DB, clock, outbox
from bienvenue.clock import FrozenClock
from bienvenue.outbox import LEASE, Letter, OutboxRow

EMAIL = "bob@example.com"
RESET = Letter.RESET_PASSWORD


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen() as stopped:
        yield stopped


def post(db: DB, recipient: str = EMAIL) -> None:
    db.write(lambda unit: outbox.post(unit, RESET, recipient))


def lease(db: DB) -> OutboxRow | None:
    return db.write(outbox.lease)


def rows(db: DB) -> list[OutboxRow]:
    query = select(OutboxRow).order_by(OutboxRow.id)
    return db.read(lambda unit: list(unit.scalars(query)))


def test_a_letter_is_due_at_once(db: DB, frozen: FrozenClock) -> None:
    assert lease(db) is None
    post(db)
    (row,) = rows(db)
    assert row.letter == RESET
    assert row.recipient == EMAIL
    assert row.created_at == row.due_at == clock.now()
    assert row.attempts == 0
    leased = lease(db)
    assert leased is not None
    assert leased.id == row.id


def test_a_letter_holds_no_secret() -> None:
    assert set(OutboxRow.__table__.c.keys()) == {
        *("id", "letter", "recipient"),
        *("created_at", "due_at", "attempts"),
    }


def test_a_letter_posted_in_a_unit_that_fails_is_not_there(db: DB) -> None:
    def fail(unit: orm.Session) -> None:
        outbox.post(unit, RESET, EMAIL)
        raise KeyError

    with pytest.raises(KeyError):
        db.write(fail)
    assert rows(db) == []


def test_a_leased_letter_is_nobody_elses_until_the_lease_ends(
    db: DB, frozen: FrozenClock
) -> None:
    post(db)
    assert lease(db)
    assert lease(db) is None
    frozen.advance(seconds=LEASE.total_seconds(), microseconds=-1)
    assert lease(db) is None
    frozen.advance(microseconds=1)
    assert lease(db)


def test_each_attempt_waits_twice_as_long_up_to_six_hours(
    db: DB, frozen: FrozenClock
) -> None:
    post(db)
    waits: list[timedelta] = []
    for attempt in range(1, 12):
        assert lease(db)
        (row,) = rows(db)
        assert row.attempts == attempt
        waits.append(row.due_at - clock.now())
        frozen.advance(seconds=waits[-1].total_seconds())
    minutes = [wait / timedelta(minutes=1) for wait in waits]
    assert minutes == [5, 10, 20, 40, 80, 160, 320, *[360] * 4]


def test_a_letter_tried_for_years_is_still_tried(
    db: DB, frozen: FrozenClock
) -> None:
    post(db)
    often = text("UPDATE outbox SET attempts = 100000")
    db.write(lambda unit: unit.connection().execute(often).close())
    assert lease(db)
    assert rows(db)[0].due_at - clock.now() == timedelta(hours=6)


def test_the_letter_due_longest_comes_first(
    db: DB, frozen: FrozenClock
) -> None:
    for name in ("first", "second", "third"):
        post(db, f"{name}@example.com")
    leased = [lease(db) for _ in range(4)]
    assert [row and row.recipient for row in leased] == [
        "first@example.com",
        "second@example.com",
        "third@example.com",
        None,
    ]
    frozen.advance(minutes=2)
    post(db, "fourth@example.com")
    frozen.advance(minutes=4)
    newer = lease(db)
    assert newer is not None
    assert newer.recipient == "fourth@example.com", "due since four minutes"
    older = lease(db)
    assert older is not None
    assert older.recipient == "first@example.com", "due since one"


def test_a_letter_that_left_is_forgotten(db: DB) -> None:
    post(db, "one@example.com")
    post(db, "two@example.com")
    leased = lease(db)
    assert leased is not None
    db.write(lambda unit: outbox.done(unit, leased.id))
    db.write(lambda unit: outbox.done(unit, leased.id))
    assert [row.recipient for row in rows(db)] == ["two@example.com"]


def test_a_letter_of_a_later_release_waits_for_it(db: DB) -> None:
    post(db)
    later = text("UPDATE outbox SET letter = 'of_tomorrow'")
    db.write(lambda unit: unit.connection().execute(later).close())
    post(db, "two@example.com")
    leased = lease(db)
    assert leased is not None
    assert leased.recipient == "two@example.com"
    assert lease(db) is None
    assert [row.attempts for row in rows(db)] == [0, 1]


def test_a_letter_another_worker_took_meanwhile_is_left_to_it(
    db: DB, frozen: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where reading takes no lock, the row count tells who was first."""
    post(db)
    taken = clock.now() + LEASE

    def race(unit: orm.Session) -> OutboxRow | None:
        execute = unit.execute

        def after_another(statement: Executable) -> Result[Any]:
            move = text("UPDATE outbox SET due_at = :due")
            execute(move, {"due": clock.to_us(taken)})
            return execute(statement)

        monkeypatch.setattr(unit, "execute", after_another)
        return outbox.lease(unit)

    assert db.write(race) is None
    (row,) = rows(db)
    assert (row.due_at, row.attempts) == (taken, 0)


def test_many_workers_at_once_share_the_letters(db: DB) -> None:
    for number in range(24):
        post(db, f"u{number}@example.com")
    found: list[int] = []
    barrier = threading.Barrier(6)

    def work() -> None:
        barrier.wait(10)
        for _ in range(4):
            row = lease(db)
            assert row is not None
            found.append(row.id)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(found) == sorted(row.id for row in rows(db))


def test_a_clock_that_went_back_holds_letters_and_loses_none(
    db: DB, frozen: FrozenClock
) -> None:
    post(db)
    frozen.advance(hours=-1)
    assert lease(db) is None
    frozen.advance(hours=1)
    assert lease(db)


def test_a_letter_takes_the_place_of_one_that_failed(
    db: DB, frozen: FrozenClock
) -> None:
    """Else the retry of the first would void the token of the second."""
    post(db)
    assert lease(db) is not None
    frozen.advance(minutes=1)
    post(db)
    second = lease(db)
    assert second is not None
    db.write(lambda unit: outbox.done(unit, second.id))
    frozen.advance(hours=2)
    assert lease(db) is None


def test_a_letter_is_given_up_in_the_end(db: DB, frozen: FrozenClock) -> None:
    post(db)
    frozen.advance(seconds=outbox.LAST.total_seconds())
    assert lease(db) is not None
    frozen.advance(days=1)
    assert lease(db) is None
    assert rows(db) == []
