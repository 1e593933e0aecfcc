"""The ``outbox`` table: letters that wait, and those that are dead."""

from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    String,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue.columns import Base, BigId, Instant, exact

# A letter that could not leave for so long says something out of date.
LAST = timedelta(days=3)

# When a dead letter is due: the next one that is not is found by its date,
# however many dead ones there are.
NEVER = timedelta(days=100 * 365)


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
    GUESSED_AT = "guessed_at"
    ACTED_AS = "acted_as"


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
