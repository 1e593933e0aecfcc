"""Putting letters into the outbox, and taking them back before they leave."""

from sqlalchemy import delete, orm

from bienvenue import clock
from bienvenue.config import Settings
from bienvenue.outbox.table import Letter, OutboxRow
from bienvenue.user import User

# What happened twice is told twice; of anything else the latest is enough.
_NOTICES = (
    Letter.PASSWORD_CHANGED,
    Letter.PASSWORD_RESET,
    Letter.ACTED_AS,
)


def post(
    unit: orm.Session,
    letter: Letter,
    recipient: str,
    *,
    user_id: int | None = None,
    detail: str | None = None,
) -> None:
    """Have a letter sent, if the caller's transaction commits.

    ``user_id`` is whom it concerns, where that is known; ``detail`` what it
    has to say beside its kind, and no secret.  It takes the place of one of
    its kind that failed and waits: tried again later, that one would void
    the token in this one.
    """
    now = clock.now()
    if letter not in _NOTICES:
        unit.execute(
            delete(OutboxRow).where(
                OutboxRow.letter == letter,
                OutboxRow.recipient == recipient,
                OutboxRow.attempts > 0,
                OutboxRow.failed_at.is_(None),
            )
        )
    unit.add(
        OutboxRow(
            letter=letter,
            recipient=recipient,
            created_at=now,
            due_at=now,
            user_id=user_id,
            detail=detail,
        )
    )
    unit.flush()


def tell(
    unit: orm.Session,
    settings: Settings,
    letter: Letter,
    user: User,
    *,
    detail: str | None = None,
) -> None:
    """Post a letter to the owner of an account, unless mail is off.

    Without mail it would wait for nothing.
    """
    if settings.mail != "off":
        post(unit, letter, user.email, user_id=user.id, detail=detail)


def take_back_resets(unit: orm.Session, user: User) -> None:
    """Send no reset that was asked for and has not left yet.

    Its token would be made as it leaves: after the password was replaced, a
    letter that was asked for before would open the account once more.
    """
    unit.execute(
        delete(OutboxRow).where(
            OutboxRow.letter == Letter.RESET_PASSWORD,
            OutboxRow.recipient.in_({user.email, user.email_key}),
            OutboxRow.failed_at.is_(None),
        )
    )


def withdraw(
    unit: orm.Session, user_id: int, *letters: Letter, but: str
) -> None:
    """Take back what waits to be told of an account, to all but one."""
    unit.execute(
        delete(OutboxRow).where(
            OutboxRow.user_id == user_id,
            OutboxRow.letter.in_(letters),
            OutboxRow.recipient != but,
        )
    )
