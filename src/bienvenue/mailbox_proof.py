"""Whether somebody has shown that they read mail at an address."""

from sqlalchemy import orm

from bienvenue import audit, clock
from bienvenue.events import Event
from bienvenue.one_time_token import Purpose
from bienvenue.user import User


def note(unit: orm.Session, user: User) -> None:
    """Have the address of an account count as verified from now on.

    The caller holds the user's row.  The time of the first proof stands.
    """
    if user.verified_at is None:
        user.verified_at = clock.now()
        audit.record(unit, Event.EMAIL_VERIFIED, user_id=user.id)


def refused(
    unit: orm.Session,
    purpose: Purpose,
    *,
    user_id: int | None = None,
    email: str | None = None,
) -> None:
    """Record that something did not count which was said to be mailed."""
    audit.record(
        unit,
        Event.TOKEN_FAILED,
        user_id=user_id,
        outcome="failure",
        purpose=purpose,
        account=None if email is None else audit.pseudonym(unit, email),
    )
