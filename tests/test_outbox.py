"""The outbox: who may try which letter, and when again."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Executable, Result, orm, select, text

from bienvenue import DB, Settings, clock, outbox
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
        *("user_id", "detail", "failed_at", "reason"),
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
    assert minutes == [2, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]


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
    frozen.advance(minutes=1)
    post(db, "fourth@example.com")
    frozen.advance(minutes=2)
    newer = lease(db)
    assert newer is not None
    assert newer.recipient == "fourth@example.com", "due since two minutes"
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


def test_what_was_tried_is_due_again_once_released(
    db: DB, frozen: FrozenClock
) -> None:
    """And not for the first time: its attempts are counted on."""
    post(db, "one@example.com")
    assert lease(db) is not None
    post(db, "two@example.com")
    frozen.advance(hours=-1)
    db.write(outbox.release)
    assert [row.due_at - clock.now() for row in rows(db)] == [
        timedelta(0),
        timedelta(hours=1),
    ]
    leased = lease(db)
    assert leased is not None
    assert leased.recipient == "one@example.com"
    (row, _) = rows(db)
    assert (row.due_at - clock.now(), row.attempts) == (LEASE, 2)


def test_what_was_given_up_is_not_released(
    db: DB, frozen: FrozenClock
) -> None:
    post(db)
    assert lease(db) is not None
    given_up = text("UPDATE outbox SET failed_at = :now")
    now = {"now": clock.now_us()}
    db.write(lambda unit: unit.connection().execute(given_up, now).close())
    db.write(outbox.release)
    assert rows(db)[0].due_at == clock.now() + LEASE


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


def put_off(db: DB, row: OutboxRow | None, reason: str = "x") -> bool:
    assert row is not None
    return db.write(lambda unit: outbox.put_off(unit, row, reason))


def test_a_letter_that_failed_waits_twice_as_long_each_time(
    db: DB, frozen: FrozenClock
) -> None:
    post(db)
    minutes: list[float] = []
    for number in range(11):
        assert put_off(db, lease(db), f"reason {number}")
        (row,) = rows(db)
        assert (row.reason, row.failed_at) == (f"reason {number}", None)
        minutes.append((row.due_at - clock.now()) / timedelta(minutes=1))
        frozen.advance(minutes=minutes[-1])
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]


def test_a_letter_is_given_up_in_the_end(db: DB, frozen: FrozenClock) -> None:
    post(db)
    frozen.advance(seconds=outbox.LAST.total_seconds())
    leased = lease(db)
    assert put_off(db, leased), "three days are not over"
    frozen.advance(minutes=2)
    assert not put_off(db, lease(db), "recipient refused: 450")
    frozen.advance(days=1)
    assert lease(db) is None
    (row,) = rows(db)
    assert row.failed_at == clock.now() - timedelta(days=1)
    assert row.reason == "recipient refused: 450"


def test_a_letter_that_another_worker_has_is_left_to_it(
    db: DB, frozen: FrozenClock
) -> None:
    """Whoever was slower than its lease changes nothing any more."""
    post(db)
    slow = lease(db)
    assert slow is not None
    assert db.read(lambda unit: outbox.is_held(unit, slow))
    frozen.advance(minutes=2)
    assert lease(db) is not None
    (before,) = rows(db)
    assert not db.read(lambda unit: outbox.is_held(unit, slow))
    put_off(db, slow)
    db.write(lambda unit: outbox.give_up(unit, slow, "x"))
    (after,) = rows(db)
    assert (after.due_at, after.failed_at) == (before.due_at, None)
    assert after.reason is None


def test_a_dead_letter_stays_when_another_of_its_kind_is_posted(
    db: DB, frozen: FrozenClock
) -> None:
    post(db)
    leased = lease(db)
    assert leased is not None
    db.write(lambda unit: outbox.give_up(unit, leased, "x"))
    post(db)
    assert [row.failed_at for row in rows(db)] == [clock.now(), None]


def test_what_happened_twice_is_told_twice(
    db: DB, frozen: FrozenClock
) -> None:
    for letter, left in (
        (Letter.PASSWORD_CHANGED, 2),
        (Letter.PASSWORD_RESET, 2),
        (Letter.VERIFY_EMAIL, 1),
    ):
        for _ in range(2):
            db.write(partial(outbox.post, letter=letter, recipient=EMAIL))
            assert lease(db) is not None
        assert sum(row.letter == letter for row in rows(db)) == left


@pytest.mark.parametrize(("mail", "count"), [("smtp", 1), ("off", 0)])
def test_nothing_is_posted_where_mail_is_off(
    db: DB, mail: Any, count: int
) -> None:
    user = db.add_user(EMAIL, "a hash")
    settings, letter = Settings(mail=mail), Letter.PASSWORD_RESET

    def tell(unit: orm.Session) -> None:
        outbox.tell(unit, settings, letter, user, detail="192.0.2.1")

    db.write(tell)
    assert [
        (row.letter, row.recipient, row.user_id, row.detail)
        for row in rows(db)
    ] == [(letter, EMAIL, user.id, "192.0.2.1")] * count
