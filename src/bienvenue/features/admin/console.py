"""Who may use the console: a role, a fresh password, and no long pause.

A session may be kept for a month; the console wants more.  The password
must have been given within half a day, and the console not been left alone
for longer than minutes (NIST SP 800-63B-4, 2.3.3).  When it was used last
is kept as a row of ``one_time_tokens`` whose token nobody has: whatever
voids a user's tokens closes the console too.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, orm, select, update

from bienvenue import clock, roles, secret
from bienvenue.config import Settings
from bienvenue.db import DB, lock_signed_in
from bienvenue.errors import (
    NotPermitted,
    ReauthenticationRequired,
    SessionRequired,
)
from bienvenue.features.admin.shapes import Actor
from bienvenue.one_time_token import OneTimeToken, Purpose
from bienvenue.session import Session
from bienvenue.session_check import SignedIn
from bienvenue.user import User

_MINUTE = timedelta(minutes=1)


def require(db: DB, settings: Settings, user: SignedIn | None) -> Actor:
    """Return the admin that a session is of; see ``Admin.require``."""
    if user is None:
        raise SessionRequired
    found = db.read(lambda unit: _look(unit, user))
    if found is None:
        raise SessionRequired
    if not _permitted(found):
        raise NotPermitted
    idle = timedelta(seconds=settings.admin_idle_seconds)
    proved = _since(found.authenticated_at)
    if not proved <= timedelta(seconds=settings.admin_session_seconds):
        raise ReauthenticationRequired
    left = _left(found.expires_at, idle)
    if left <= timedelta() and proved > idle:
        raise ReauthenticationRequired
    if left < idle - min(_MINUTE, idle / 2):
        db.write(lambda unit: _note_use(unit, user, idle))
    return Actor(user.id, user.email, user.session)


def _look(unit: orm.Session, user: SignedIn) -> Any:
    """Return all that counts, as it is now: nothing is kept in between."""
    query = (
        select(
            User.role,
            User.disabled_at,
            User.deletion_due_at,
            Session.actor_id,
            Session.authenticated_at,
            OneTimeToken.expires_at,
        )
        .join_from(Session, User, Session.user_id == User.id)
        .outerjoin(
            OneTimeToken,
            and_(OneTimeToken.user_id == User.id, *_use_of(user)),
        )
        .where(Session.id == user.session, User.id == user.id)
    )
    return unit.execute(query).first()


def _permitted(found: Any) -> bool:
    return (
        found.role == roles.ADMIN
        and found.disabled_at is None
        and found.deletion_due_at is None
        and found.actor_id is None
    )


def _since(at: datetime) -> timedelta:
    """Return how long ago something was.

    A clock that was set back must not make proof last longer.
    """
    ago = clock.now() - at
    return ago if ago >= timedelta() else timedelta.max


def _left(expires_at: datetime | None, most: timedelta) -> timedelta:
    left = timedelta() if expires_at is None else expires_at - clock.now()
    return left if left <= most else timedelta()


def _note_use(unit: orm.Session, user: SignedIn, idle: timedelta) -> None:
    """Have the console stay open from now on for as long as it may."""
    lock_signed_in(unit, user)
    now = clock.now()
    found = unit.scalar(select(OneTimeToken.id).where(*_use_of(user)))
    if found is not None:
        unit.execute(
            update(OneTimeToken)
            .where(OneTimeToken.id == found)
            .values(expires_at=now + idle)
        )
        return
    unit.add(
        OneTimeToken(
            user_id=user.id,
            purpose=Purpose.ADMIN_CONSOLE,
            subject=str(user.session),
            digest=secret.new_token(),
            created_at=now,
            expires_at=now + idle,
        )
    )
    unit.flush()


def _use_of(user: SignedIn) -> tuple[Any, ...]:
    return (
        OneTimeToken.user_id == user.id,
        OneTimeToken.purpose == Purpose.ADMIN_CONSOLE,
        OneTimeToken.subject == str(user.session),
    )
