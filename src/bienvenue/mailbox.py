"""The mailbox of development: mail lands in a table instead of leaving.

Production never uses it: a letter holds a token in the clear.
"""

from datetime import datetime

from sqlalchemy import String, Text, orm, select
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue import clock
from bienvenue.columns import Base, BigId, Instant, exact, is_id
from bienvenue.mail import Message


class MailboxRow(Base):
    """A letter as its recipient would read it."""

    __tablename__ = "mailbox"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recipient: Mapped[str] = mapped_column(exact(320))
    subject: Mapped[str] = mapped_column(String(255))
    body: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    arrived_at: Mapped[datetime] = mapped_column(Instant)


def deliver(unit: orm.Session, message: Message) -> None:
    """Put a letter into the mailbox."""
    unit.add(
        MailboxRow(
            recipient=message.recipient,
            subject=message.subject,
            body=message.body,
            html=message.html,
            arrived_at=clock.now(),
        )
    )
    unit.flush()


def one(unit: orm.Session, number: int) -> MailboxRow | None:
    """Return a letter by its id, or None."""
    return unit.get(MailboxRow, number) if is_id(number) else None


def newest(unit: orm.Session, limit: int = 50) -> list[MailboxRow]:
    """Return the newest letters, the last first."""
    return list(
        unit.scalars(
            select(MailboxRow).order_by(MailboxRow.id.desc()).limit(limit)
        )
    )
