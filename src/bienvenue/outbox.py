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

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CursorResult,
    String,
    delete,
    exists,
    func,
    literal_column,
    or_,
    orm,
    select,
    type_coerce,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue import clock
from bienvenue.columns import Base, BigId, Instant, exact
from bienvenue.config import Settings
from bienvenue.user import User

# A letter that could not leave for so long says something out of date.
LAST = timedelta(days=3)

# When a dead letter is due: the next one that is not is found by its date,
# however many dead ones there are.
NEVER = timedelta(days=100 * 365)

# How long one worker has for one letter before another may try it; longer
# than the mail server may take.
LEASE = timedelta(minutes=2)
_FIRST_WAIT = timedelta(minutes=1)
_LONGEST_WAIT = timedelta(hours=6)
_DOUBLINGS = 9  # more of them are longer than the longest wait


class Letter(StrEnum):
    """The kinds of mail there are; each is written in ``letters``."""

    RESET_PASSWORD = "reset_password"
    VERIFY_EMAIL = "verify_email"
    ALREADY_REGISTERED = "already_registered"
    CONFIRM_EMAIL_CHANGE = "confirm_email_change"
    EMAIL_CHANGED = "email_changed"
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_RESET = "password_reset"
    DELETION_SCHEDULED = "deletion_scheduled"


# What happened twice is told twice; of anything else the latest is enough.
_NOTICES = (Letter.PASSWORD_CHANGED, Letter.PASSWORD_RESET)


class OutboxRow(Base):
    """A letter that waits, or one that nobody could be given.

    ``user_id`` is whom it concerns, where whoever posted it knew; without,
    the letter looks for the account of its recipient when it is written.
    ``failed_at`` and ``reason`` are set once no more is tried.
    """

    __tablename__ = "outbox"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    letter: Mapped[str] = mapped_column(String(32))
    recipient: Mapped[str] = mapped_column(exact(320), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    due_at: Mapped[datetime] = mapped_column(Instant, index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    user_id: Mapped[int | None] = mapped_column(index=True)
    detail: Mapped[str | None] = mapped_column(String(320))
    failed_at: Mapped[datetime | None] = mapped_column(Instant, index=True)
    reason: Mapped[str | None] = mapped_column(String(255))


# Not IS NULL: SQLite would go by that, whose index has every letter that
# waits, rather than by the date.
ALIVE: ColumnElement[bool] = func.coalesce(
    type_coerce(OutboxRow.failed_at, BigInteger), literal_column("0")
) == literal_column("0")


def post(
    unit: orm.Session,
    letter: Letter,
    recipient: str,
    *,
    user_id: int | None = None,
    detail: str | None = None,
) -> None:
    """Have a letter sent, if the caller's transaction commits.

    ``user_id`` is whom it concerns, where that is known; ``detail`` what it
    has to say beside its kind, and no secret.  It takes the place of one of
    its kind that failed and waits: tried again later, that one would void
    the token in this one.
    """
    now = clock.now()
    if letter not in _NOTICES:
        unit.execute(
            delete(OutboxRow).where(
                OutboxRow.letter == letter,
                OutboxRow.recipient == recipient,
                OutboxRow.attempts > 0,
                OutboxRow.failed_at.is_(None),
            )
        )
    unit.add(
        OutboxRow(
            letter=letter,
            recipient=recipient,
            created_at=now,
            due_at=now,
            user_id=user_id,
            detail=detail,
        )
    )
    unit.flush()


def take_back_resets(unit: orm.Session, user: User) -> None:
    """Send no reset that was asked for and has not left yet.

    Its token would be made as it leaves: after the password was replaced, a
    letter that was asked for before would open the account once more.
    """
    unit.execute(
        delete(OutboxRow).where(
            OutboxRow.letter == Letter.RESET_PASSWORD,
            OutboxRow.recipient.in_({user.email, user.email_key}),
            OutboxRow.failed_at.is_(None),
        )
    )


def tell(
    unit: orm.Session,
    settings: Settings,
    letter: Letter,
    user: User,
    *,
    detail: str | None = None,
) -> None:
    """Post a letter to the owner of an account, unless mail is off.

    Without mail it would wait for nothing.
    """
    if settings.mail != "off":
        post(unit, letter, user.email, user_id=user.id, detail=detail)


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


def withdraw(
    unit: orm.Session, user_id: int, *letters: Letter, but: str
) -> None:
    """Take back what waits to be told of an account, to all but one."""
    unit.execute(
        delete(OutboxRow).where(
            OutboxRow.user_id == user_id,
            OutboxRow.letter.in_(letters),
            OutboxRow.recipient != but,
        )
    )


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


def done(unit: orm.Session, row_id: int) -> None:
    """Forget a letter that has left."""
    unit.execute(delete(OutboxRow).where(OutboxRow.id == row_id))


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
