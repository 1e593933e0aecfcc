"""Every secret that is mailed to a person: one table, told apart by purpose.

A token is kept as its digest, has one purpose and one owner, and counts
once: the claim is a DELETE whose row count must be 1, so of thirty requests
that bring the same token at once exactly one gets through.  A new token of
the same purpose supersedes the one before (OWASP Forgot Password Cheat
Sheet).
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    ForeignKey,
    String,
    UniqueConstraint,
    delete,
    orm,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue import clock
from bienvenue.columns import (
    Base,
    BigId,
    Digest,
    Instant,
    digest_property,
    not_expired,
)
from bienvenue.user import User

LIFETIME = timedelta(hours=1)


class Purpose(StrEnum):
    """What a token is good for; one of a kind never serves as another."""

    RESET_PASSWORD = "reset_password"


class OneTimeToken(Base):
    """A token that was handed out and not used yet."""

    __tablename__ = "one_time_tokens"
    __table_args__ = (
        UniqueConstraint("user_id", "purpose"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE")
    )
    purpose: Mapped[str] = mapped_column(String(32))
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


def issue(
    unit: orm.Session,
    user_id: int,
    purpose: Purpose,
    token: str,
    lifetime: timedelta = LIFETIME,
) -> None:
    """Put a raw token in force in place of the user's last of its kind.

    The caller holds the user's row, so that two requests at once leave the
    token of the later one and no error.
    """
    revoke(unit, user_id, purpose)
    now = clock.now()
    unit.add(
        OneTimeToken(
            user_id=user_id,
            purpose=purpose,
            digest=token,
            created_at=now,
            expires_at=now + lifetime,
        )
    )
    unit.flush()


def revoke(unit: orm.Session, user_id: int, purpose: Purpose) -> None:
    """Void the user's token of a kind, if there is one."""
    unit.execute(
        delete(OneTimeToken).where(
            OneTimeToken.user_id == user_id, OneTimeToken.purpose == purpose
        )
    )


def assign(
    unit: orm.Session, user_id: int, purpose: Purpose, token: str | None
) -> None:
    """Put a raw token in force, or with None void the user's last.

    Raises ``IntegrityError`` for another user's token.
    """
    if token is None:
        revoke(unit, user_id, purpose)
    else:
        issue(unit, user_id, purpose, token)


def owner(unit: orm.Session, purpose: Purpose, token: str) -> User | None:
    """Return the user whose unspent token this is, or None; spend nothing."""
    return unit.scalars(
        select(User)
        .join(OneTimeToken, OneTimeToken.user_id == User.id)
        .where(*_in_force(purpose, token))
    ).first()


def claim(unit: orm.Session, purpose: Purpose, token: str) -> bool:
    """Spend a token; tell whether it was this call that spent it."""
    spent = unit.execute(
        delete(OneTimeToken).where(*_in_force(purpose, token))
    )
    return cast(CursorResult[Any], spent).rowcount == 1


def _in_force(purpose: Purpose, token: str) -> tuple[Any, ...]:
    return (
        OneTimeToken.digest == token,
        OneTimeToken.purpose == purpose,
        not_expired(OneTimeToken.expires_at),
    )
