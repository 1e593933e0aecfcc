"""The rows of users within a unit of work: made, moved, held, changed.

Whoever changes what belongs to an account takes its row first; so two
changes of one account never cross.
"""

from sqlalchemy import orm
from sqlalchemy.exc import IntegrityError

from bienvenue import address, audit, one_time_token, session
from bienvenue.columns import is_user_id
from bienvenue.errors import (
    EmailTaken,
    NotWhileActing,
    SessionRequired,
    UnknownAttribute,
    UserNotFound,
)
from bienvenue.events import Event
from bienvenue.reserved_address import is_reserved
from bienvenue.session_check import SignedIn
from bienvenue.user import User, accepted

_RESET = one_time_token.Purpose.RESET_PASSWORD


def insert_user(
    unit: orm.Session, email: str, hashed_password: str | bytes
) -> User:
    """Store a new user within a unit, as :meth:`DB.add_user` does.

    The first thing the unit does, so that the index is asked, and nothing
    that was read earlier.  After ``EmailTaken`` the unit is of no use.
    """
    values = accepted({"email": email, "hashed_password": hashed_password})
    user, taken = User(**values), EmailTaken(str(values["email"]))
    unit.add(user)
    try:
        unit.flush()
    except IntegrityError:
        raise taken from None
    if is_reserved(unit, user.email):
        raise taken
    unit.refresh(user)
    audit.record(unit, Event.USER_CREATED, user_id=user.id)
    return user


def move_user(unit: orm.Session, user: User, email: str) -> None:
    """Give an account another address, which nobody has proved yet.

    The caller holds the user's row.  Raises ``EmailTaken``; the unit is
    then of no use.
    """
    if address.key(email) != user.email_key:
        user.verified_at = None
    user.email = email
    try:
        unit.flush()
    except IntegrityError:
        raise EmailTaken(email) from None
    if is_reserved(unit, email, but=user.id):
        raise EmailTaken(email)


def lock_user(unit: orm.Session, user_id: int | None) -> User:
    """Return a user and hold its row until the unit ends.

    Raises ``UserNotFound``.
    """
    if not is_user_id(user_id):
        raise UserNotFound
    user = unit.get(User, user_id, with_for_update=True)
    if user is None:
        raise UserNotFound
    return user


def lock_signed_in(unit: orm.Session, user: SignedIn) -> User:
    """Hold the row of whoever is signed in, if they still are.

    Between the check of a session and here it may have ended, by the owner
    of the account who shut a thief out.  Raises ``SessionRequired``, or
    ``NotWhileActing`` where it is an admin in the user's name.
    """
    refuse_acting(user)
    try:
        owner = lock_user(unit, user.id)
    except UserNotFound:
        raise SessionRequired from None
    if not session.is_live(unit, user.session, owner.id):
        raise SessionRequired
    return owner


def refuse_acting(user: SignedIn) -> None:
    """Raise ``NotWhileActing`` for an admin who acts as the user."""
    if user.actor_id is not None:
        raise NotWhileActing


def change_user(
    unit: orm.Session, user: User, name: str, value: str | None
) -> None:
    """Give one attribute of a user, whose row the caller holds, a value.

    Raises ``EmailTaken``, or ``UnknownAttribute`` for a value in use.
    """
    try:
        if name == "reset_token":
            one_time_token.assign(unit, user.id, _RESET, value)
        elif name == "email":
            move_user(unit, user, str(value))
            # Whoever reads mail at the address before must not verify it.
            one_time_token.void_pending(unit, user.id)
        else:
            setattr(user, name, value)
            unit.flush()
    except IntegrityError:
        raise UnknownAttribute(f"{name} is in use") from None


def begin_session(
    unit: orm.Session, user: User, session_id: str | None, span: session.Span
) -> None:
    """Begin a session under a raw id, or end all of them for None.

    Raises ``UnknownAttribute`` for an id in use and a disabled account.
    """
    if session_id is not None and user.disabled_at is not None:
        raise UnknownAttribute("session_id: the account is disabled")
    try:
        session.assign(unit, user.id, session_id, span)
    except IntegrityError:
        raise UnknownAttribute("session_id is in use") from None
