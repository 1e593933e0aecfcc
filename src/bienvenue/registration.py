"""Making an account, where it may tell who has one and where it may not.

Where it may not, a taken address is answered like a fresh one, and its
owner is told by mail.  Both ways cost one hash, one look and one unit of
work with as many writes (OWASP Authentication Cheat Sheet).
"""

from dataclasses import dataclass

from sqlalchemy import orm, select, update

from bienvenue import address, audit, by_address, mailbox_proof, outbox
from bienvenue.config import Settings
from bienvenue.db import DB, insert_user
from bienvenue.errors import EmailTaken
from bienvenue.events import Event
from bienvenue.outbox import Letter
from bienvenue.user import User


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who signs up; ``told`` says whether a letter may leave."""

    email: str
    hashed_password: str
    told: bool

    def __repr__(self) -> str:
        """Show nothing of them."""
        return "<Newcomer>"


def sign_up(db: DB, settings: Settings, newcomer: Newcomer) -> None:
    """Make an account, or tell the owner of the one there is.

    Raises ``EmailTaken`` where the settings let a registration tell.
    """
    told = newcomer.told and settings.mail != "off"

    def join(unit: orm.Session) -> None:
        user = insert_user(unit, newcomer.email, newcomer.hashed_password)
        if told:
            outbox.post(unit, Letter.VERIFY_EMAIL, user.email, user_id=user.id)

    if settings.reveals_taken or not _is_taken(db, newcomer.email):
        try:
            return db.write(join)
        except EmailTaken:  # it may be another one's of the same moment
            if settings.reveals_taken:
                db.write(lambda unit: record_taken(unit, newcomer.email))
                raise
    return db.write(lambda unit: _tell_owner(unit, newcomer.email, told=told))


def by_operator(
    db: DB, email: str, hashed_password: str, *, verified: bool
) -> User:
    """Make an account on an operator's word, and return it.

    No letter leaves.  Raises ``EmailTaken``.
    """

    def join(unit: orm.Session) -> User:
        user = insert_user(unit, email, hashed_password)
        if verified:
            mailbox_proof.note(unit, user)
        return user

    return db.write(join)


def _is_taken(db: DB, email: str) -> bool:
    query = select(User.id).where(User.email == email)
    return db.read(lambda unit: unit.scalar(query)) is not None


def _tell_owner(unit: orm.Session, email: str, *, told: bool) -> None:
    """Write as much as for a fresh account, and change nothing.

    Not the password either, though the address be unverified still: a
    stranger could then replace the one that its owner has just chosen.
    """
    user = unit.execute(
        select(User.id, User.email, User.verified_at)
        .where(User.email == email)
        .with_for_update()
    ).first()
    unit.execute(
        update(User)
        .where(User.email_key == address.key(email))
        .values(email_key=User.email_key)
        .execution_options(synchronize_session=False)
    )
    if told and user is not None and user.verified_at is None:
        outbox.post(unit, Letter.VERIFY_EMAIL, user.email, user_id=user.id)
    elif told:
        recipient = email if user is None else user.email
        outbox.post(unit, Letter.ALREADY_REGISTERED, recipient)
    record_taken(unit, email)


def record_taken(unit: orm.Session, email: str) -> None:
    """Record that somebody would register an address that is taken."""
    audit.record(
        unit,
        Event.USER_EXISTS,
        user_id=by_address.owner_id(unit, email),
        outcome="failure",
        account=audit.pseudonym(unit, email),
    )
