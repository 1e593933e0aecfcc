"""The tables of the audit log, and what of an event is sealed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue import chain, clock
from bienvenue.columns import Base, BigId, Instant, exact

ADDRESS: Final = 45
AGENT: Final = 255
REQUEST_ID: Final = 64  # characters that are kept of what a client shows

_STRAND = 32


class AuditEvent(Base):
    """One security event.

    ``user_id`` is whose account it concerns, ``actor_id`` who did it where
    that is somebody else.  Events are chained by ``mac`` in the order of
    ``sequence``; there may be several chains, each a ``strand``, so that
    the nodes of a cluster need not wait for each other.
    """

    __tablename__ = "audit_events"
    __table_args__ = (
        UniqueConstraint("strand", "sequence"),
        Index("ix_audit_events_user_id_id", "user_id", "id"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    strand: Mapped[str] = mapped_column(exact(_STRAND))
    sequence: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    event: Mapped[str] = mapped_column(String(48))
    outcome: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[int | None] = mapped_column()
    actor_id: Mapped[int | None] = mapped_column()
    address: Mapped[str | None] = mapped_column(String(ADDRESS))
    agent: Mapped[str | None] = mapped_column(String(AGENT))
    request_id: Mapped[str | None] = mapped_column(String(REQUEST_ID))
    detail: Mapped[str | None] = mapped_column(Text)
    mac: Mapped[bytes] = mapped_column(LargeBinary(chain.BYTES))


class AuditHead(Base):
    """Where a strand of the log ends: its last number, the link after it."""

    __tablename__ = "audit_heads"

    strand: Mapped[str] = mapped_column(exact(_STRAND), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigId)
    mac: Mapped[bytes] = mapped_column(LargeBinary(chain.BYTES))


def fields(event: Mapping[Any, Any]) -> tuple[chain.Field, ...]:
    """Return all that is sealed of an event, in its order.

    Its time may be a datetime, or as it is kept.
    """
    at = event["at"]
    return (
        event["strand"],
        event["sequence"],
        clock.to_us(at) if isinstance(at, datetime) else at,
        event["event"],
        event["outcome"],
        event["user_id"],
        event["actor_id"],
        event["address"],
        event["agent"],
        event["request_id"],
        event["detail"],
    )
