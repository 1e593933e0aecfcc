"""What is in the mails: tokens, made as the letters make theirs."""

from datetime import timedelta

from sqlalchemy import orm, select

from bienvenue import DB, clock, one_time_token
from bienvenue.one_time_token import OneTimeToken, Purpose
from bienvenue.outbox import OutboxRow
from bienvenue.user import User

LIFETIMES = {
    Purpose.RESET_PASSWORD: timedelta(hours=1),
    Purpose.VERIFY_EMAIL: timedelta(hours=24),
    Purpose.CHANGE_EMAIL: timedelta(hours=24),
    Purpose.UNDO_EMAIL_CHANGE: timedelta(hours=72),
}


def token(db: DB, purpose: Purpose, email: str, subject: str = "") -> str:
    """Return the token of a letter about the account of an address."""

    def make(unit: orm.Session) -> str:
        return one_time_token.renew(
            unit,
            _id_of(unit, email),
            purpose,
            LIFETIMES[purpose],
            subject=subject,
        )

    return db.write(make)


def link_and_code(db: DB, email: str) -> tuple[str, str]:
    """Return what the letter that verifies an address brings."""
    purpose = Purpose.VERIFY_EMAIL
    return db.write(
        lambda unit: one_time_token.renew_with_code(
            unit, _id_of(unit, email), purpose, LIFETIMES[purpose]
        )
    )


def subjects(
    db: DB, purpose: Purpose, email: str | None = None
) -> list[str]:
    """Return what tokens in force are about: all, or an account's."""
    query = (
        select(OneTimeToken.subject)
        .join(User, User.id == OneTimeToken.user_id)
        .where(
            OneTimeToken.purpose == purpose,
            OneTimeToken.expires_at > clock.now(),
        )
        .order_by(OneTimeToken.created_at, OneTimeToken.id)
    )
    if email is not None:
        query = query.where(User.email == email)
    return list(db.read(lambda unit: unit.scalars(query).all()))


def letters(db: DB) -> list[tuple[str, str]]:
    """Return kind and recipient of what waits, the oldest first."""
    query = select(OutboxRow).order_by(OutboxRow.id)
    rows = db.read(lambda unit: unit.scalars(query).all())
    return [(row.letter, row.recipient) for row in rows]


def verify(db: DB, email: str) -> None:
    """Have an address count as verified, for tests of something else."""

    def note(unit: orm.Session) -> None:
        unit.get_one(User, _id_of(unit, email)).verified_at = clock.now()

    db.write(note)


def _id_of(unit: orm.Session, email: str) -> int:
    return unit.scalars(select(User.id).where(User.email == email)).one()
