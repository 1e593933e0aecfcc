"""The ``sessions`` table."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, true
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue.columns import (
    Base,
    BigId,
    Digest,
    Instant,
    digest_property,
    not_expired,
    read_only,
)
from bienvenue.user import User

ADDRESS_CHARACTERS, AGENT_CHARACTERS = 45, 255


class Session(Base):
    """One login of one user: when, until when, and from where.

    ``digest`` takes the raw session id and reads as its SHA-256 in hex.
    It ends at ``expires_at``, which moves on as the session is used, and
    at ``ends_at`` whatever its use.  ``authenticated_at`` is when its user
    last proved who they are in it.  ``address`` and ``agent`` are what
    the client showed, for its owner to recognise it by; they prove nothing.
    ``kept`` says whether the browser keeps it when it is closed.
    ``actor_id`` is the admin who acts as the user in it, else None.
    """

    __tablename__ = "sessions"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    authenticated_at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[str | None] = mapped_column(String(ADDRESS_CHARACTERS))
    agent: Mapped[str | None] = mapped_column(String(AGENT_CHARACTERS))
    kept: Mapped[bool] = mapped_column(default=True, server_default=true())
    # No foreign key: SQLite cannot add one to a table that there is.
    actor_id: Mapped[int | None] = mapped_column(index=True)

    def __repr__(self) -> str:
        """Show the row's id, which opens nothing."""
        return f"<Session {self.id} of user {self.user_id}>"


User.session_id = digest_property(
    User.id,
    Session.user_id,
    Session.digest,
    Session.id.desc(),
    not_expired(Session.expires_at),
    # Whether one counts in which an admin acts is another question.
    Session.actor_id.is_(None),
)
read_only(User.session_id)
