"""Mail that waits to be sent: the ``outbox`` table.

A row is written in the account's own transaction: if that commits, the mail
will leave; if it does not, no mail speaks of something that never happened.
A row says which letter goes to whom and holds no secret.  The token inside
a letter is made when the letter is, so a copy of the database opens nothing,
and asking for a letter costs the same whether or not there is an account.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import CursorResult, String, delete, orm, select, update
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue import clock
from bienvenue.columns import Base, BigId, Instant

# A letter that could not leave for so long says something out of date.
LAST = timedelta(days=3)

# How long one worker has for one letter before another may try it.
LEASE = timedelta(minutes=5)
_LONGEST_WAIT = timedelta(hours=6)
_DOUBLINGS = 7  # more of them are longer than the longest wait


class Letter(StrEnum):
    """The kinds of mail there are; each is written in ``letters``."""

    RESET_PASSWORD = "reset_password"


class OutboxRow(Base):
    """A letter that waits, or one that nobody could be given."""

    __tablename__ = "outbox"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    letter: Mapped[str] = mapped_column(String(32))
    recipient: Mapped[str] = mapped_column(String(320))
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    attempts: Mapped[int] = mapped_column(default=0)


def post(unit: orm.Session, letter: Letter, recipient: str) -> None:
    """Have a letter sent, if the caller's transaction commits.

    It takes the place of one of its kind that failed and waits: tried
    again later, that one would void the token in this one.
    """
    now = clock.now()
    unit.execute(
        delete(OutboxRow).where(
            OutboxRow.letter == letter,
            OutboxRow.recipient == recipient,
            OutboxRow.attempts > 0,
        )
    )
    unit.add(
        OutboxRow(
            letter=letter, recipient=recipient, created_at=now, due_at=now
        )
    )
    unit.flush()


def lease(unit: orm.Session) -> OutboxRow | None:
    """Take the letter that is due longest, and keep others off it.

    Each attempt doubles the wait before the next one of the same letter,
    so that one bad address never holds up the rest.  A worker that dies
    with a letter in hand only delays it: it is sent at least once.
    """
    now = clock.now()
    unit.execute(delete(OutboxRow).where(OutboxRow.created_at < now - LAST))
    row = unit.scalars(
        select(OutboxRow)
        # One that a later release posted waits for that release.
        .where(OutboxRow.due_at <= now, OutboxRow.letter.in_(list(Letter)))
        .order_by(OutboxRow.due_at, OutboxRow.id)
        .limit(1)
    ).first()
    if row is None:
        return None
    doubled = LEASE * 2 ** min(row.attempts, _DOUBLINGS)
    wait = min(doubled, _LONGEST_WAIT)
    taken = unit.execute(
        update(OutboxRow)
        .where(OutboxRow.id == row.id, OutboxRow.due_at == row.due_at)
        .values(due_at=now + wait, attempts=OutboxRow.attempts + 1)
    )
    return row if cast(CursorResult[Any], taken).rowcount == 1 else None


def done(unit: orm.Session, row_id: int) -> None:
    """Forget a letter that has left."""
    unit.execute(delete(OutboxRow).where(OutboxRow.id == row_id))
