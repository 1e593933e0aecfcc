"""Getting back in without the password: reset tokens, handed out and spent.

A token is spent, the password replaced and every session ended in one
transaction, so of thirty requests that bring the same token at once exactly
one gets through (OWASP Forgot Password Cheat Sheet).
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import orm

from bienvenue import (
    address,
    audit,
    by_address,
    mailbox_proof,
    one_time_token,
    outbox,
    policy,
    session,
)
from bienvenue.config import Settings
from bienvenue.db import DB, lock_user
from bienvenue.errors import InvalidToken, UnknownAddress, UserNotFound
from bienvenue.events import Event
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import Letter
from bienvenue.passwords import PasswordHasher
from bienvenue.user import User

_PURPOSE = Purpose.RESET_PASSWORD


@dataclass(frozen=True, slots=True)
class Token:
    """A reset token as it was brought, and by whose address, if named."""

    raw: str | None
    email: str | None = None

    def __repr__(self) -> str:
        """Show nothing of it."""
        return "<Token>"


def hand_out(db: DB, settings: Settings, email: str | bytes) -> str:
    """Return a new reset token, which voids the one before.

    Raises ``UnknownAddress``, for a disabled account too.
    """
    user = by_address.find(db, email)
    if user is None:
        raise UnknownAddress
    user_id = user.id
    lifetime = timedelta(seconds=settings.reset_token_lifetime_seconds)

    def issue(unit: orm.Session) -> str:
        if lock_user(unit, user_id).disabled_at is not None:
            raise UnknownAddress
        token = one_time_token.renew(
            unit,
            user_id,
            _PURPOSE,
            lifetime,
            subject=one_time_token.BY_HAND,
        )
        audit.record(unit, Event.RESET_REQUESTED, user_id=user_id)
        return token

    try:
        return db.write(issue)
    except UserNotFound:  # or gone meanwhile
        raise UnknownAddress from None


def record_request(unit: orm.Session, email: str) -> None:
    """Record that a reset was asked for, of a known address or not.

    The same statements for both: the time does not tell them apart.
    """
    audit.record(
        unit,
        Event.RESET_REQUESTED,
        user_id=by_address.owner_id(unit, email),
        account=audit.pseudonym(unit, email),
    )


def spend(
    db: DB,
    hasher: PasswordHasher,
    settings: Settings,
    token: Token,
    password: str | bytes,
) -> None:
    """Spend a token on a new password and end all sessions.

    Whatever else was asked for before is void; and a token that came by
    mail proves the address, which is how its owner gets an account that
    somebody else has made with it.  Raises ``InvalidToken`` or
    ``InvalidPassword``; the token is then still unspent.
    """
    try:
        _spend(db, hasher, settings, token, password)
    except InvalidToken:
        db.write(lambda unit: _record_failure(unit, token.email))
        raise


def _spend(
    db: DB,
    hasher: PasswordHasher,
    settings: Settings,
    token: Token,
    password: str | bytes,
) -> None:
    raw = token.raw
    if not isinstance(raw, str) or not raw:
        raise InvalidToken
    owner = db.read(lambda unit: one_time_token.owner(unit, _PURPOSE, raw))
    if owner is None or not _same_address(owner, token.email):
        raise InvalidToken
    policy.check(password, settings, email=owner.email)
    # The costly part comes before the transaction, and after the token was
    # seen to be good: nonsense costs no hashing.
    hashed_password, user_id = hasher.hash(password), owner.id

    def replace(unit: orm.Session) -> None:
        user = lock_user(unit, user_id)
        found = one_time_token.find(unit, _PURPOSE, raw)
        if not found or not one_time_token.claim(unit, _PURPOSE, raw):
            raise InvalidToken
        user.hashed_password = hashed_password
        user.compromised_at = None
        session.end_all(unit, user_id)
        one_time_token.void_pending(unit, user_id)
        outbox.take_back_resets(unit, user)
        if found.subject != one_time_token.BY_HAND:
            mailbox_proof.note(unit, user)
        outbox.tell(unit, settings, Letter.PASSWORD_RESET, user)
        audit.record(unit, Event.PASSWORD_RESET, user_id=user_id)
        audit.record(unit, Event.SESSION_ENDED, user_id=user_id, scope="all")

    try:
        db.write(replace)
    except UserNotFound:
        raise InvalidToken from None


def _record_failure(unit: orm.Session, email: str | None) -> None:
    """Record a token that did not count, and whose it was to be."""
    audit.record(
        unit,
        Event.TOKEN_FAILED,
        user_id=None if email is None else by_address.owner_id(unit, email),
        outcome="failure",
        purpose=_PURPOSE,
        account=None if email is None else audit.pseudonym(unit, email),
    )


def _same_address(user: User, email: str | None) -> bool:
    return email is None or user.email_key in address.keys(email)
