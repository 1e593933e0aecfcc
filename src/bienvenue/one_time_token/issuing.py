"""Making tokens, and voiding those that nobody is to spend any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete, orm, select

from bienvenue import address, clock, secret
from bienvenue.columns import not_expired
from bienvenue.one_time_token.table import OneTimeToken, Purpose

LIFETIME = timedelta(hours=1)

BY_HAND = "handed out"
"""The subject of a token that was not mailed: it proves no mailbox."""


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
