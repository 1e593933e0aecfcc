"""What can become of an account: disabled, enabled, deleted.

Each is one transaction that takes the user's row first.  A login takes the
same row before it begins a session, so none that was under way can begin
one afterwards: that is why the check of a session need not look at the
account (OWASP ASVS 7.4.2).
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, orm, select

from bienvenue import (
    audit,
    clock,
    mailbox_proof,
    one_time_token,
    outbox,
    roles,
    session,
)
from bienvenue.config import Settings
from bienvenue.db import DB, lock_signed_in, lock_user
from bienvenue.errors import UserNotFound
from bienvenue.events import Event
from bienvenue.mailbox import MailboxRow
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import Letter, OutboxRow
from bienvenue.session_check import SignedIn
from bienvenue.user import User


def disable(db: DB, user_id: int, *, reason: str | None = None) -> None:
    """Shut an account: its sessions end, its tokens are void.

    One that is shut already stays so from when it was.  ``reason`` is kept
    in the audit log.  Raises ``UserNotFound`` or ``LastAdmin``.
    """

    def shut(unit: orm.Session) -> None:
        user = lock_user(unit, user_id)
        roles.spare_last(unit, user)
        if user.disabled_at is None:
            user.disabled_at = clock.now()
        session.end_all(unit, user.id)
        one_time_token.void_pending(unit, user.id)
        audit.record(unit, Event.USER_DISABLED, user_id=user.id, reason=reason)

    db.write(shut)


def enable(db: DB, user_id: int) -> None:
    """Open an account again; raises ``UserNotFound``."""

    def open_again(unit: orm.Session) -> None:
        user = lock_user(unit, user_id)
        user.disabled_at = None
        audit.record(unit, Event.USER_ENABLED, user_id=user.id)

    db.write(open_again)


def end_sessions(db: DB, user_id: int | None) -> None:
    """End every session of an account; raises ``UserNotFound``."""

    def end(unit: orm.Session) -> None:
        owner = lock_user(unit, user_id).id
        session.end_all(unit, owner)
        # Whoever is shut out must not come back by a change of address.
        one_time_token.revoke(unit, owner, Purpose.CHANGE_EMAIL)
        audit.record(unit, Event.SESSION_ENDED, user_id=owner, scope="all")

    db.write(end)


def end_session(db: DB, user_id: int, row_id: int) -> bool:
    """End one session by the number of its row; tell whether it was one.

    Raises ``UserNotFound``.
    """

    def end(unit: orm.Session) -> bool:
        owner = lock_user(unit, user_id).id
        if not session.end_row(unit, owner, row_id):
            return False
        audit.record(
            unit,
            Event.SESSION_ENDED,
            user_id=owner,
            scope="one",
            session=row_id,
        )
        return True

    return db.write(end)


def verify(db: DB, user_id: int) -> None:
    """Have an address count as verified; raises ``UserNotFound``."""
    db.write(lambda unit: mailbox_proof.note(unit, lock_user(unit, user_id)))


def set_password(
    db: DB, settings: Settings, user_id: int, hashed_password: str
) -> None:
    """Replace a password on an operator's word.

    Every session ends, what was asked for before is void, and the owner is
    told by mail, as of any other change.  Raises ``UserNotFound``.
    """

    def replace(unit: orm.Session) -> None:
        user = lock_user(unit, user_id)
        user.hashed_password = hashed_password
        user.compromised_at = None
        session.end_all(unit, user.id)
        one_time_token.void_pending(unit, user.id)
        outbox.take_back_resets(unit, user)
        outbox.tell(unit, settings, Letter.PASSWORD_CHANGED, user)
        audit.record(
            unit, Event.PASSWORD_CHANGED, user_id=user.id, method="operator"
        )
        audit.record(unit, Event.SESSION_ENDED, user_id=user.id, scope="all")

    db.write(replace)


def mark_compromised(db: DB, user_id: int) -> None:
    """Have a password open nothing, right as it is, until it was reset.

    Every session ends.  Whoever stole the password must not be the one who
    changes it: only a reset by mail does.  Raises ``UserNotFound``.
    """

    def mark(unit: orm.Session) -> None:
        user = lock_user(unit, user_id)
        user.compromised_at = clock.now()
        session.end_all(unit, user.id)
        one_time_token.void_pending(unit, user.id)
        audit.record(unit, Event.PASSWORD_COMPROMISED, user_id=user.id)

    db.write(mark)


def schedule_deletion(
    db: DB, settings: Settings, whose: int | SignedIn
) -> datetime:
    """Have an account deleted after some days of grace; say when.

    Its sessions end and its tokens are void, but for those that undo a
    change of address: a thief must not take the owner's way back along.
    Its owner is told by mail.  Without any grace it is deleted at once.
    ``whose`` is an account by its id, or who is signed in and asks for it
    themselves.  Raises ``UserNotFound``, ``SessionRequired`` or
    ``LastAdmin``.
    """
    grace = timedelta(days=settings.deletion_grace_days)

    def schedule(unit: orm.Session) -> datetime:
        if isinstance(whose, int):
            user = lock_user(unit, whose)
        else:
            user = lock_signed_in(unit, whose)
        roles.spare_last(unit, user)
        due = clock.now() + grace
        if not grace:
            _delete(unit, user)
            return due
        user.deletion_due_at = due
        session.end_all(unit, user.id)
        one_time_token.void_pending(unit, user.id)
        day = due.date().isoformat()
        outbox.tell(
            unit, settings, Letter.DELETION_SCHEDULED, user, detail=day
        )
        audit.record(unit, Event.DELETION_SCHEDULED, user_id=user.id, due=day)
        return due

    return db.write(schedule)


def delete_now(db: DB, user_id: int) -> None:
    """Delete an account and all that is its own.

    Raises ``UserNotFound`` or ``LastAdmin``.
    """

    def remove(unit: orm.Session) -> None:
        user = lock_user(unit, user_id)
        roles.spare_last(unit, user)
        _delete(unit, user)

    db.write(remove)


def due(unit: orm.Session, most: int) -> list[int]:
    """Return the ids of some accounts whose days of grace are over."""
    return list(
        unit.scalars(
            select(User.id)
            .where(User.deletion_due_at <= clock.now())
            .order_by(User.deletion_due_at)
            .limit(most)
        )
    )


def delete_due(db: DB, user_id: int) -> bool:
    """Delete an account if its days of grace are over; tell whether.

    Looked at again under the lock: its owner may just have signed in, and
    another process may have been first.
    """

    def remove(unit: orm.Session) -> bool:
        try:
            user = lock_user(unit, user_id)
        except UserNotFound:
            return False
        at = user.deletion_due_at
        if at is None or at > clock.now():
            return False
        _delete(unit, user)
        return True

    return db.write(remove)


def _delete(unit: orm.Session, user: User) -> None:
    """Delete a user, whose row is held, and what no foreign key takes along.

    The audit log stays: it names the account by its id alone.
    """
    # Two statements: not every engine joins two indexes for an OR.
    unit.execute(delete(OutboxRow).where(OutboxRow.user_id == user.id))
    unit.execute(delete(OutboxRow).where(OutboxRow.recipient == user.email))
    unit.execute(delete(MailboxRow).where(MailboxRow.recipient == user.email))
    unit.execute(delete(User).where(User.id == user.id))
    audit.record(unit, Event.USER_DELETED, user_id=user.id)
