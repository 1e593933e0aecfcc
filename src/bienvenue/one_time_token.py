"""Every secret that is mailed to a person: one table, told apart by purpose.

A token is kept as its digest, has one purpose and one owner, and counts
once: the claim is a DELETE whose row count must be 1, so of thirty requests
that bring the same token at once exactly one gets through.  A new token of
the same purpose supersedes the one before (OWASP Forgot Password Cheat
Sheet).

Beside a token there may be a code of six digits for it.  That can be
guessed, so it counts for minutes and dies of a few wrong guesses, and its
digest has a key that is not in the database.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    delete,
    orm,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue import address, clock, secret
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

LIFETIME = timedelta(hours=1)

CODE_LIFETIME = timedelta(minutes=15)
MAX_FAILURES = 5
"""Wrong guesses at a code, after which its token alone still counts."""

CODE_KEY = "bienvenue.code_key"
"""Where a unit of work carries the key of codes, in its ``info``."""

BY_HAND = "handed out"
"""The subject of a token that was not mailed: it proves no mailbox."""


class Purpose(StrEnum):
    """What a token is good for; one of a kind never serves as another."""

    RESET_PASSWORD = "reset_password"
    VERIFY_EMAIL = "verify_email"
    CHANGE_EMAIL = "change_email"
    UNDO_EMAIL_CHANGE = "undo_email_change"


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


def issue(
    unit: orm.Session,
    user_id: int,
    purpose: Purpose,
    token: str,
    lifetime: timedelta = LIFETIME,
    *,
    subject: str = "",
) -> None:
    """Put a raw token in force in place of the user's last of its kind.

    Tokens to undo a change stand beside each other: a thief who changes the
    address twice must not void the owner's way back.  The caller holds the
    user's row, so that two requests at once leave the token of the later
    one and no error.
    """
    now = created_at = clock.now()
    subject_key = None
    if purpose is Purpose.UNDO_EMAIL_CHANGE:
        subject_key = address.key(subject)
        # Which change came first must not depend on whose letter did.
        created_at = _began(unit, user_id, subject) or now
        revoke(unit, user_id, purpose, subject=subject)
    else:
        revoke(unit, user_id, purpose)
    unit.add(
        OneTimeToken(
            user_id=user_id,
            purpose=purpose,
            subject=subject,
            subject_key=subject_key,
            digest=token,
            created_at=created_at,
            expires_at=now + lifetime,
        )
    )
    unit.flush()


def renew(
    unit: orm.Session,
    user_id: int,
    purpose: Purpose,
    lifetime: timedelta = LIFETIME,
    *,
    subject: str = "",
) -> str:
    """Make a token, put it in force as ``issue`` does, and return it raw."""
    token = secret.new_token()
    issue(unit, user_id, purpose, token, lifetime, subject=subject)
    return token


def renew_with_code(
    unit: orm.Session,
    user_id: int,
    purpose: Purpose,
    lifetime: timedelta = LIFETIME,
    *,
    subject: str = "",
) -> tuple[str, str]:
    """Make a token as ``renew`` does, and a short code that stands for it.

    Returns both, raw.  The code counts for ``CODE_LIFETIME``, or for as
    long as the token where that is shorter.
    """
    token = renew(unit, user_id, purpose, lifetime, subject=subject)
    code = secret.new_code()
    unit.execute(
        update(OneTimeToken)
        .where(OneTimeToken.digest == token)
        .values(code_digest=_keyed(unit, user_id, purpose, code))
    )
    return token, code


def revoke(
    unit: orm.Session,
    user_id: int,
    purpose: Purpose,
    *,
    subject: str | None = None,
) -> None:
    """Void the user's tokens of a kind, or the one about a subject."""
    gone = delete(OneTimeToken).where(
        OneTimeToken.user_id == user_id, OneTimeToken.purpose == purpose
    )
    if subject is not None:
        gone = gone.where(OneTimeToken.subject == subject)
    unit.execute(gone)


def void_pending(unit: orm.Session, user_id: int) -> None:
    """Void what was asked for before an account changed hands.

    All kinds but the way back from a change of address, which must outlast
    whatever a thief does next (OWASP Forgot Password Cheat Sheet).
    """
    unit.execute(
        delete(OneTimeToken).where(
            OneTimeToken.user_id == user_id,
            OneTimeToken.purpose != Purpose.UNDO_EMAIL_CHANGE,
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
        issue(unit, user_id, purpose, token, subject=BY_HAND)


def owner(unit: orm.Session, purpose: Purpose, token: str) -> User | None:
    """Return the user whose unspent token this is, or None; spend nothing."""
    return unit.scalars(
        select(User)
        .join(OneTimeToken, OneTimeToken.user_id == User.id)
        .where(*_in_force(purpose, token))
    ).first()


def find(
    unit: orm.Session, purpose: Purpose, token: str
) -> OneTimeToken | None:
    """Return the row of an unspent token, or None; spend nothing."""
    query = select(OneTimeToken).where(*_in_force(purpose, token))
    return unit.scalars(query).first()


def claim(unit: orm.Session, purpose: Purpose, token: str) -> bool:
    """Spend a token; tell whether it was this call that spent it."""
    spent = unit.execute(
        delete(OneTimeToken).where(*_in_force(purpose, token))
    )
    return cast(CursorResult[Any], spent).rowcount == 1


def claim_code(
    unit: orm.Session, user_id: int, purpose: Purpose, code: str
) -> bool:
    """Spend a token by its code; tell whether it was the right one.

    The caller holds the user's row, and commits also when the code is
    wrong: guesses count.  The text "" is always a wrong one.
    """
    counts = (
        OneTimeToken.user_id == user_id,
        OneTimeToken.purpose == purpose,
        OneTimeToken.failures < MAX_FAILURES,
        OneTimeToken.created_at > clock.now() - CODE_LIFETIME,
        not_expired(OneTimeToken.expires_at),
    )
    right = OneTimeToken.code_digest == _keyed(unit, user_id, purpose, code)
    spent = unit.execute(delete(OneTimeToken).where(*counts, right))
    if cast(CursorResult[Any], spent).rowcount == 1:
        return True
    unit.execute(
        update(OneTimeToken)
        .where(*counts)
        .values(failures=OneTimeToken.failures + 1)
    )
    return False


def _began(unit: orm.Session, user_id: int, subject: str) -> datetime | None:
    """Return since when a change can be undone that is told once more."""
    return unit.scalar(
        select(OneTimeToken.created_at).where(
            OneTimeToken.user_id == user_id,
            OneTimeToken.purpose == Purpose.UNDO_EMAIL_CHANGE,
            OneTimeToken.subject == subject,
            not_expired(OneTimeToken.expires_at),
        )
    )


def _keyed(
    unit: orm.Session, user_id: int, purpose: Purpose, code: str
) -> str:
    key: bytes = unit.info[CODE_KEY]
    return secret.keyed_digest(key, f"{purpose}:{user_id}:{code}")


def _in_force(purpose: Purpose, token: str) -> tuple[Any, ...]:
    return (
        OneTimeToken.digest == token,
        OneTimeToken.purpose == purpose,
        not_expired(OneTimeToken.expires_at),
    )
