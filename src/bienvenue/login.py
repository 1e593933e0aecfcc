"""A login as steps: the password first, the session last.

The steps are apart because time passes between them, and a second factor
will stand there.  What the first one found is checked again when the last
one commits: a session is never given out for a password that was changed
meanwhile (OWASP ASVS 7.4.3).
"""

from dataclasses import dataclass

from sqlalchemy import orm

from bienvenue import address, secret, session
from bienvenue.db import DB, lock_user
from bienvenue.errors import InvalidQuery, UserNotFound
from bienvenue.passwords import PasswordHasher
from bienvenue.session import Span
from bienvenue.user import User


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request came from, as far as the client shows it."""

    address: str | None = None
    agent: str | None = None


@dataclass(frozen=True, slots=True)
class Verified:
    """A user whose password was right, and the hash that said so."""

    user_id: int
    email: str
    hashed_password: str


def verify_password(
    db: DB, hasher: PasswordHasher, email: str | bytes, password: str | bytes
) -> Verified | None:
    """Check a password; never raises on any text or bytes.

    An unknown address costs the time of a wrong password.  A hash of
    another cost or scheme is replaced, now that the password is at hand.
    """
    user = find(db, email)
    if user is None:
        hasher.verify_dummy(password)
        return None
    right, upgrade = hasher.verify_and_upgrade(password, user.hashed_password)
    if not right:
        return None
    if not upgrade:
        return Verified(user.id, user.email, user.hashed_password)
    if _replace_hash(db, user.id, user.hashed_password, upgrade):
        return Verified(user.id, user.email, upgrade)
    # Another login of the same moment was first to replace the hash, or the
    # password is another one now: what is stored decides.
    return verify_password(db, hasher, email, password)


def open_session(
    db: DB, verified: Verified, span: Span, client: Client
) -> str | None:
    """Begin a session, unless the password was changed meanwhile.

    Returns the raw session id, which is made only now, or None.
    """

    def begin(unit: orm.Session) -> str | None:
        try:
            user = lock_user(unit, verified.user_id)
        except UserNotFound:
            return None
        if user.hashed_password != verified.hashed_password:
            return None
        return start(unit, user.id, span, client)

    return db.write(begin)


def start(
    unit: orm.Session, user_id: int, span: Span, client: Client
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
    )
    return session_id


def find(db: DB, email: object) -> User | None:
    """Return the user of an address, or None; never raises on any text."""
    if isinstance(email, bytes):
        email = email.decode("utf-8", "replace")
    if not isinstance(email, str):
        return None
    for email_key in address.keys(email):
        try:
            return db.find_user_by(email_key=email_key)
        except (UserNotFound, InvalidQuery):
            continue
    return None


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
