"""Who may administer the service: the role of an account.

There is one role, "admin".  It is looked up at each use, never kept in a
session, so that whoever loses it has lost it at the next request (OWASP
ASVS 8.3.2).
"""

from typing import Final

from sqlalchemy import Select, orm, select

from bienvenue import audit
from bienvenue.errors import LastAdmin
from bienvenue.events import Event
from bienvenue.user import UNUSABLE, User

ADMIN: Final = "admin"

# One who is shut out, or waits to be deleted, looks after nothing.
_APPOINTED = (
    User.role == ADMIN,
    User.disabled_at.is_(None),
    User.deletion_due_at.is_(None),
)
# Nor, yet, one who never chose a password: whether they will, who knows.
_ACTIVE = (*_APPOINTED, User.hashed_password != UNUSABLE)


def is_active(user: User) -> bool:
    """Tell whether a user is an admin who can act as one.

    One who has yet to choose a password cannot.
    """
    return (
        user.role == ADMIN
        and user.disabled_at is None
        and user.deletion_due_at is None
        and user.hashed_password != UNUSABLE
    )


def exist(unit: orm.Session) -> bool:
    """Tell whether there is an admin at all, who is not shut out.

    One who has yet to choose a password is there too: once somebody was
    appointed, no link that was printed before may make another the first.
    """
    query = select(User.id).where(*_APPOINTED).limit(1)
    return unit.scalar(query) is not None


def without_password(unit: orm.Session) -> User | None:
    """Return an admin, not shut out, who has yet to choose a password.

    Of several the newest, whose link is the likeliest to count still.
    """
    waiting = User.hashed_password == UNUSABLE
    query = select(User).where(*_APPOINTED, waiting).order_by(User.id.desc())
    return unit.scalars(query.limit(1)).first()


def change(unit: orm.Session, user: User, role: str | None) -> bool:
    """Give a user, whose row the caller holds, a role, or None.

    Tells whether that is news.  Raises ``LastAdmin``.
    """
    if user.role == role:
        return False
    if role is None:
        spare_last(unit, user)
    audit.record(
        unit,
        Event.ROLE_CHANGED,
        user_id=user.id,
        before=user.role or "none",
        after=role or "none",
    )
    user.role = role
    unit.flush()
    return True


def spare_last(unit: orm.Session, user: User) -> None:
    """Raise ``LastAdmin`` if nobody else could administer the service.

    Somebody who never chose a password could not.  The caller holds the
    user's row, and from here on those of all others who could: of two who
    take each other's role at once, one is refused.
    """
    _spare(unit, user, _others(user).with_for_update())


def foretell(unit: orm.Session, user: User) -> None:
    """Raise ``LastAdmin`` where ``spare_last`` would now; hold no row."""
    _spare(unit, user, _others(user))


def _others(user: User) -> Select[int]:
    return (
        select(User.id).where(*_ACTIVE, User.id != user.id).order_by(User.id)
    )


def _spare(unit: orm.Session, user: User, others: Select[int]) -> None:
    if is_active(user) and not unit.scalars(others).all():
        raise LastAdmin
