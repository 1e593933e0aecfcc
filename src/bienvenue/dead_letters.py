"""Letters that nobody could be given: kept for a while, and then forgotten.

A letter is dead once a mail server refused it for good, or it could not
leave for days.  It stays where an operator can see it, and try it again
once what was wrong is mended (``bienvenue mail``).
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import CursorResult, delete, func, orm, select, update

from bienvenue import clock
from bienvenue.outbox import ALIVE, LAST, NEVER, OutboxRow

KEPT = timedelta(days=30)

_DEAD = OutboxRow.failed_at.is_not(None)


class Count(NamedTuple):
    """How many letters wait, and how many are dead."""

    waiting: int
    dead: int


def tidy(unit: orm.Session) -> int:
    """Give up what waited too long, forget what has been dead for long.

    Returns how many letters were given up.  One is given up here that was
    due for days, which happens when the mail server cannot be reached: then
    no letter is tried.
    """
    now = clock.now()
    unit.execute(delete(OutboxRow).where(OutboxRow.failed_at < now - KEPT))
    given_up = unit.execute(
        update(OutboxRow)
        .where(OutboxRow.due_at < now - LAST, ALIVE)
        .values(
            failed_at=now,
            due_at=now + NEVER,
            reason=f"could not leave in {LAST.days} days",
        )
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], given_up).rowcount


def count(unit: orm.Session) -> Count:
    """Count the letters."""
    total = func.count(OutboxRow.id)
    every, dead = unit.execute(
        select(total, func.count(OutboxRow.failed_at))
    ).one()
    return Count(every - dead, dead)


def oldest(unit: orm.Session) -> datetime | None:
    """Return when the letter was posted that waits longest, if one does."""
    return unit.scalar(select(func.min(OutboxRow.created_at)).where(~_DEAD))


def dead(unit: orm.Session, ids: Collection[int] | None = None) -> int:
    """Count the dead letters, all or those."""
    query = select(func.count(OutboxRow.id)).where(_DEAD, *_among(ids))
    return unit.scalars(query).one()


def listed(unit: orm.Session, limit: int) -> Sequence[OutboxRow]:
    """Return letters that wait or are dead, the dead first, then by age."""
    found: list[OutboxRow] = []
    for kind in (_DEAD, ALIVE):
        query = select(OutboxRow).where(kind).order_by(OutboxRow.id)
        found += unit.scalars(query.limit(limit - len(found)))
    return found


def retry(unit: orm.Session, ids: Collection[int] | None = None) -> int:
    """Have dead letters tried again, all or those; return how many."""
    now = clock.now()
    revived = unit.execute(
        update(OutboxRow)
        .where(_DEAD, *_among(ids))
        .values(due_at=now, attempts=0, failed_at=None, reason=None)
    )
    return cast(CursorResult[Any], revived).rowcount


def purge(unit: orm.Session, ids: Collection[int] | None = None) -> int:
    """Forget dead letters, all or those; return how many."""
    gone = unit.execute(delete(OutboxRow).where(_DEAD, *_among(ids)))
    return cast(CursorResult[Any], gone).rowcount


def _among(ids: Collection[int] | None) -> list[Any]:
    return [] if ids is None else [OutboxRow.id.in_(ids)]
