"""Trying to have letters leave: one worker, one letter, at a time.

A letter is leased to whoever tries it.  It leaves and is done, is put off
and tried again later, or is given up and dead.
"""

from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    delete,
    exists,
    or_,
    orm,
    select,
    update,
)

from bienvenue import clock
from bienvenue.outbox.table import ALIVE, LAST, NEVER, Letter, OutboxRow

# How long one worker has for one letter before another may try it; longer
# than the mail server may take.
LEASE = timedelta(minutes=2)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_DOUBLINGS = 9  # more of them are longer than the longest wait


def is_due(unit: orm.Session) -> bool:
    """Tell whether there is a letter to be tried now."""
    return bool(unit.scalar(select(exists().where(*_due(clock.now())))))


def lease(unit: orm.Session) -> OutboxRow | None:
    """Take the letter that is due longest, and keep others off it.

    A worker that dies with a letter in hand only delays it, the longer the
    more often it was tried: it is sent at least once.
    """
    now = clock.now()
    row = unit.scalars(
        select(OutboxRow)
        .where(*_due(now))
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(1)
        # Another worker's letter is passed over, not waited for: else all
        # but one would find it taken and believe that there is no other.
        .with_for_update(skip_locked=True)
    ).first()
    if row is None:
        return None
    taken = unit.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row.id, OutboxRow.due_at == row.due_at)
        .values(
            due_at=now + max(LEASE, _wait(row.attempts)),
            attempts=OutboxRow.attempts + 1,
        )
    )
    if cast(CursorResult[Any], taken).rowcount != 1:
        return None
    unit.refresh(row)
    return row


def is_held(unit: orm.Session, row: OutboxRow) -> bool:
    """Tell whether a leased letter is still the one to be sent.

    It is not when a later one took its place, or the lease has ended and
    another worker has it.
    """
    return bool(unit.scalar(select(exists().where(*_same(row)))))


def put_off(unit: orm.Session, row: OutboxRow, reason: str) -> bool:
    """Have a leased letter tried again later; tell whether it will be.

    Each attempt doubles the wait before the next one of the same letter,
    so that one bad address never holds up the rest.  A letter that could
    not leave for days is given up: it says something out of date.
    """
    now = clock.now()
    if row.created_at < now - LAST:
        give_up(unit, row, reason)
        return False
    unit.execute(
        update(OutboxRow)
        .where(*_same(row))
        .values(due_at=now + _wait(row.attempts - 1), reason=reason)
    )
    return True


def note_trouble(unit: orm.Session, reason: str) -> None:
    """Write to what is due and not tried why the server cannot be reached.

    Only where it is news: a long outage does not write the same each time.
    """
    unit.execute(
        update(OutboxRow)
        .where(
            *_due(clock.now()),
            or_(OutboxRow.reason.is_(None), OutboxRow.reason != reason),
        )
        .values(reason=reason)
    )


def give_up(unit: orm.Session, row: OutboxRow, reason: str) -> None:
    """Try a leased letter no more, and keep it as a dead one."""
    now = clock.now()
    unit.execute(
        update(OutboxRow)
        .where(*_same(row))
        .values(failed_at=now, due_at=now + NEVER, reason=reason)
    )


def done(unit: orm.Session, row_id: int) -> None:
    """Forget a letter that has left."""
    unit.execute(delete(OutboxRow).where(OutboxRow.id == row_id))


def release(unit: orm.Session) -> None:
    """Make everything due that was tried before and not given up.

    For a service that starts and knows that it is alone: a letter that
    another process had in hand died with it, and one that could not leave
    may find what was wrong mended.
    """
    now = clock.now()
    unit.execute(
        update(OutboxRow)
        .where(
            OutboxRow.attempts > 0,
            OutboxRow.due_at > now,
            ALIVE,
        )
        .values(due_at=now)
        .execution_options(synchronize_session=False)
    )


def _due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        OutboxRow.due_at <= now,
        ALIVE,
        # One that a later release posted waits for that release.
        OutboxRow.letter.in_(list(Letter)),
    )


def _same(row: OutboxRow) -> tuple[ColumnElement[bool], ...]:
    return OutboxRow.id == row.id, OutboxRow.attempts == row.attempts


def _wait(attempts: int) -> timedelta:
    doubled: timedelta = _FIRST_WAIT * 2 ** min(attempts, _DOUBLINGS)
    return min(doubled, _LONGEST_WAIT)
