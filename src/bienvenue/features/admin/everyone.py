"""Ending the sessions of everybody, a batch at a time."""

from functools import partial
from typing import Any, Final, cast

from sqlalchemy import CursorResult, delete, func, orm, select

from bienvenue import audit
from bienvenue.db import DB
from bienvenue.events import Event
from bienvenue.session import Session

BATCH: Final = 5000
"""Sessions of one transaction: logins wait for it, and not for long."""


def end_sessions(db: DB, *, but: int) -> int:
    """End all sessions there are now, but for one; return how many.

    Those that begin meanwhile live: their owners have just proved who they
    are.  Each batch is a transaction, and an event, of its own.
    """
    last = db.read(lambda unit: unit.scalar(select(func.max(Session.id))))
    ended, after = 0, 0
    while after < (last or 0):
        upto = min(after + BATCH, last or 0)
        ended += db.write(partial(_end, batch=(after, upto), but=but))
        after = upto
    return ended


def _end(unit: orm.Session, batch: tuple[int, int], but: int) -> int:
    first, last = batch
    gone = delete(Session).where(
        Session.id > first, Session.id <= last, Session.id != but
    )
    number = cast(CursorResult[Any], unit.execute(gone)).rowcount
    if number:
        audit.record(unit, Event.SESSION_ENDED, scope="everyone", count=number)
    return number
