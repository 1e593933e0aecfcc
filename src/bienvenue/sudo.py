"""Fresh proof of who somebody is, for what an open session may not do.

A session that was left open proves only that it was left open, so what
could lock the owner out wants the password to have been given in it just
now (OWASP ASVS 7.5.1).  A login is such proof; later, the password is asked
for again.  The session keeps its row, its beginning and its end; its id is
a new one, since what it may do is more (ASVS 7.2.4).
"""

from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import orm, select

from bienvenue import audit, clock, login, secret, session
from bienvenue.db import DB, lock_user
from bienvenue.errors import (
    ReauthenticationRequired,
    SessionRequired,
    UserNotFound,
    WrongPassword,
)
from bienvenue.events import Event
from bienvenue.passwords import PasswordHasher
from bienvenue.session import Session
from bienvenue.session_check import SignedIn
from bienvenue.user_rows import refuse_acting

FRESH = timedelta(minutes=10)


class Renewed(NamedTuple):
    """The new id of a session, and how many seconds are left to it.

    ``kept`` tells whether the browser keeps it when it is closed.
    """

    session_id: str
    seconds: int
    kept: bool = True


def is_fresh(db: DB, session_row_id: int, within: timedelta = FRESH) -> bool:
    """Tell whether a session's user has just proved who they are.

    Looked up when asked for, and not with every check of a session.
    """
    at = db.read(
        lambda unit: unit.scalar(
            select(Session.authenticated_at).where(
                Session.id == session_row_id
            )
        )
    )
    # A clock that was set back must not make proof last longer.
    return at is not None and timedelta() <= clock.now() - at < within


def require(db: DB, user: SignedIn, within: timedelta = FRESH) -> None:
    """Raise ``ReauthenticationRequired`` unless the proof is fresh.

    No proof helps an admin who acts as the user: ``NotWhileActing``.
    """
    refuse_acting(user)
    if not is_fresh(db, user.session, within):
        raise ReauthenticationRequired


def renew(
    db: DB,
    hasher: PasswordHasher,
    user: SignedIn,
    session_id: str | None,
    password: str,
) -> Renewed:
    """Take the password again, and give the session a new id.

    The old one ends, and of two that are renewed at once one wins.  Raises
    ``WrongPassword``, for another user's password too, or
    ``SessionRequired`` when the session has ended meanwhile, or
    ``NotWhileActing`` for an admin in the user's name.
    """
    refuse_acting(user)
    verified = login.verify_password(db, hasher, user.email, password)
    if verified is None or verified.user_id != user.id:
        _record_failure(db, user)
        raise WrongPassword
    new = secret.new_token()

    def rename(unit: orm.Session) -> Renewed | None:
        try:
            owner = lock_user(unit, user.id)
        except UserNotFound:
            raise SessionRequired from None
        if owner.hashed_password != verified.hashed_password:
            return None  # changed by somebody who was faster
        if not session_id or not session.rename(unit, session_id, new):
            raise SessionRequired
        row = unit.execute(
            select(Session.ends_at, Session.kept).where(
                Session.id == user.session
            )
        ).one()
        audit.record(
            unit,
            Event.REAUTHENTICATED,
            user_id=user.id,
            method="password",
            session=user.session,
        )
        left = int((row.ends_at - clock.now()).total_seconds())
        return Renewed(new, left, row.kept)

    renewed = db.write(rename)
    if renewed is None:
        _record_failure(db, user)
        raise WrongPassword
    return renewed


def _record_failure(db: DB, user: SignedIn) -> None:
    db.write(
        lambda unit: audit.record(
            unit,
            Event.REAUTHENTICATED,
            user_id=user.id,
            outcome="failure",
            method="password",
        )
    )
