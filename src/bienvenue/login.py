"""A login as steps: the password first, the session last.

The steps are apart because time passes between them, and a second factor
will stand there.  What the first one found is checked again when the last
one commits: a session is never given out for a password that was changed
meanwhile (OWASP ASVS 7.4.3).
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, orm

from bienvenue import audit, by_address, secret, session
from bienvenue.client import Client
from bienvenue.db import DB, lock_user
from bienvenue.errors import (
    PasswordChangeRequired,
    UserNotFound,
)
from bienvenue.events import Event
from bienvenue.passwords import PasswordHasher
from bienvenue.session import Span
from bienvenue.user import User


@dataclass(frozen=True, slots=True)
class Verified:
    """A user whose password was right, and the hash that said so.

    ``compromised`` when others are known to know it; ``proven`` tells
    whether the address was verified.
    """

    user_id: int
    email: str
    hashed_password: str
    compromised: bool = False
    proven: bool = False


def verify_password(
    db: DB, hasher: PasswordHasher, email: str | bytes, password: str | bytes
) -> Verified | None:
    """Check a password; never raises on any text or bytes.

    An unknown address costs the time of a wrong password.  A hash of
    another cost or scheme is replaced, now that the password is at hand.
    """
    user = by_address.row(db, email)
    if user is None:
        hasher.verify_dummy(password)
        return None
    right, upgrade = hasher.verify_and_upgrade(password, user.hashed_password)
    # Asked after the password, and answered like a wrong one: whoever tries
    # passwords from elsewhere does not learn that one is right here.
    if not right or user.disabled_at is not None:
        return None
    if not upgrade:
        return _verified(user, user.hashed_password)
    if _replace_hash(db, user.id, user.hashed_password, upgrade):
        return _verified(user, upgrade)
    # Another login of the same moment was first to replace the hash, or the
    # password is another one now: what is stored decides.
    return verify_password(db, hasher, email, password)


def open_session(
    db: DB,
    verified: Verified,
    span: Span,
    client: Client,
    presented: str | None = None,
    *,
    kept: bool = True,
) -> str | None:
    """Begin a session, unless the password was changed meanwhile.

    ``kept`` says whether the browser keeps it; ``presented`` is the raw id
    of a session that ends with it, whosever it is: the browser that brought
    it forgets it.  Returns the raw session id, which is made only now, or
    None.  Raises ``PasswordChangeRequired`` if
    the password is known to others.
    """

    def begin(unit: orm.Session) -> str | None:
        try:
            user = lock_user(unit, verified.user_id)
        except UserNotFound:
            return None
        if user.hashed_password != verified.hashed_password:
            return None
        if not admit(unit, user):
            return None
        if user.compromised_at is not None:
            raise PasswordChangeRequired
        if presented:
            _end_presented(unit, presented)
        succeeded(unit, user.id)
        return start(unit, user.id, span, client, kept=kept)

    return db.write(begin)


def admit(unit: orm.Session, user: User) -> bool:
    """Tell whether a user may sign in, whose row the caller holds.

    A disabled one may not.  One whose account waits for its deletion keeps
    the account by signing in.
    """
    if user.disabled_at is not None:
        return False
    if user.deletion_due_at is not None:
        user.deletion_due_at = None
        audit.record(unit, Event.DELETION_CANCELLED, user_id=user.id)
    return True


def _end_presented(unit: orm.Session, session_id: str) -> None:
    whose = session.whose(unit, session_id)
    if whose is None or not session.end(unit, session_id):
        return
    user_id, row = whose
    audit.record(
        unit,
        Event.SESSION_ENDED,
        user_id=user_id,
        scope="login",
        session=row,
    )


def succeeded(unit: orm.Session, user_id: int) -> None:
    """Record a login that its password opened."""
    audit.record(
        unit, Event.LOGIN_SUCCEEDED, user_id=user_id, method="password"
    )


def failed(db: DB, email: object) -> None:
    """Record a login that failed, of a known address or an unknown one.

    The same statements for both: the time does not tell them apart.
    """
    text = by_address.as_text(email)

    def note(unit: orm.Session) -> None:
        audit.record(
            unit,
            Event.LOGIN_FAILED,
            user_id=by_address.owner_id(unit, text),
            outcome="failure",
            method="password",
            account=audit.pseudonym(unit, text),
        )

    db.write(note)


def start(
    unit: orm.Session,
    user_id: int,
    span: Span,
    client: Client,
    *,
    kept: bool = True,
) -> str:
    """Begin a session within a unit and return its raw id."""
    session_id = secret.new_token()
    session.start(
        unit,
        user_id,
        session_id,
        span=span,
        address=client.address,
        agent=client.agent,
        kept=kept,
    )
    audit.record(unit, Event.SESSION_CREATED, user_id=user_id)
    return session_id


def _verified(user: Row[Any], hashed_password: str) -> Verified:
    return Verified(
        user.id,
        user.email,
        hashed_password,
        compromised=user.compromised_at is not None,
        proven=user.verified_at is not None,
    )


def _replace_hash(db: DB, user_id: int, old: str, new: str) -> bool:
    """Store a better hash of the same password, if it is still that one."""

    def replace(unit: orm.Session) -> bool:
        user = lock_user(unit, user_id)
        if user.hashed_password != old:
            return False
        user.hashed_password = new
        return True

    try:
        return db.write(replace)
    except UserNotFound:
        return False
