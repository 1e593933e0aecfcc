"""The ``one_time_tokens`` table, and which of its rows still count."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue.columns import (
    Base,
    BigId,
    Digest,
    Instant,
    digest_property,
    exact,
    not_expired,
    read_only,
)
from bienvenue.user import User


class Purpose(StrEnum):
    """What a token is good for; one of a kind never serves as another."""

    RESET_PASSWORD = "reset_password"
    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    UNDO_EMAIL_CHANGE = "undo_email_change"
    # Nobody has these: they tell until when an admin may do something.
    ADMIN_CONSOLE = "admin_console"
    ACTING = "acting"


class OneTimeToken(Base):
    """A token that was handed out and not used yet.

    ``subject`` is the address it is about, where that is not the account's
    own: the one to come, or the one to go back to.  ``subject_key`` is the
    key of one to go back to; None where a release before this one wrote
    the token.  ``code_digest`` is of a short code that stands for the
    token, and ``failures`` counts wrong guesses at it.
    """

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        UniqueConstraint("user_id", "purpose", "subject"),
        Index(
            # Not the other way round: MariaDB would then look for a user's
            # token among all of a purpose.
            "ix_one_time_tokens_subject_key_purpose",
            "subject_key",
            "purpose",
        ),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE")
    )
    purpose: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(
        exact(320), default="", server_default=""
    )
    subject_key: Mapped[str | None] = mapped_column(exact(320))
    code_digest: Mapped[str | None] = mapped_column(Digest)
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)


User.reset_token = digest_property(
    User.id,
    OneTimeToken.user_id,
    OneTimeToken.digest,
    OneTimeToken.id.desc(),
    OneTimeToken.purpose == Purpose.RESET_PASSWORD,
    not_expired(OneTimeToken.expires_at),
)
read_only(User.reset_token)
