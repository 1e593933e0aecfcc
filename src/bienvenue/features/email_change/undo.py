"""The way back from a change of address that its owner did not make.

Whoever made it has had a session, and perhaps the password.  So the account
gets its address back, and nobody is in it: all sessions end, no password
opens it, and a mail to the address lets its owner choose a new one.
"""

from sqlalchemy import delete, orm

from bienvenue import audit, mailbox_proof, one_time_token, outbox, secret
from bienvenue import session as sessions
from bienvenue.auth import Auth
from bienvenue.db import move_user
from bienvenue.errors import InvalidToken
from bienvenue.events import Event
from bienvenue.features.email_change.link import Change, found, spend
from bienvenue.one_time_token import OneTimeToken, Purpose
from bienvenue.outbox import Letter

_UNDO = Purpose.UNDO_EMAIL_CHANGE


class Undo:
    """The verbs of somebody whose address was changed by another."""

    def __init__(self, auth: Auth) -> None:
        """Work on the accounts of this ``Auth``."""
        self._hasher, self._db = auth.hasher, auth.db

    def waiting(self, token: str) -> Change | None:
        """Return what a link would undo; None if it is void."""
        return self._db.read(lambda unit: found(unit, _UNDO, token))

    def undo(self, token: str) -> str:
        """Spend a link; return the address that is the account's again.

        What would undo this change, or a later one, is void; the ways back
        from earlier ones are their owner's and stay.  Raises
        ``InvalidToken``.
        """
        try:
            return self._undo(token)
        except InvalidToken:
            self._db.write(lambda unit: mailbox_proof.refused(unit, _UNDO))
            raise

    def _undo(self, token: str) -> str:
        change = self.waiting(token)
        if change is None:
            raise InvalidToken
        # A hash like any other, so that a login takes its usual time.
        nobodys = self._hasher.hash(secret.new_token())

        def restore(unit: orm.Session) -> str:
            user = spend(unit, _UNDO, token, change)
            move_user(unit, user, change.goal)
            mailbox_proof.note(unit, user)
            user.hashed_password = nobodys
            if user.deletion_due_at is not None:  # a thief's doing, too
                user.deletion_due_at = None
                audit.record(unit, Event.DELETION_CANCELLED, user_id=user.id)
            sessions.end_all(unit, user.id)
            one_time_token.void_pending(unit, user.id)
            _close_later_ways_back(unit, change)
            outbox.post(unit, Letter.RESET_PASSWORD, user.email)
            audit.record(
                unit,
                Event.EMAIL_CHANGE_UNDONE,
                user_id=user.id,
                account=audit.pseudonym(unit, user.email),
            )
            audit.record(
                unit, Event.SESSION_ENDED, user_id=user.id, scope="all"
            )
            return user.email

        return self._db.write(restore)


def _close_later_ways_back(unit: orm.Session, change: Change) -> None:
    """Void them, and take back the letters that would make new ones."""
    unit.execute(
        delete(OneTimeToken).where(
            OneTimeToken.user_id == change.user_id,
            OneTimeToken.purpose == _UNDO,
            OneTimeToken.created_at >= change.since,
        )
    )
    outbox.withdraw(
        unit, change.user_id, Letter.EMAIL_CHANGED, but=change.goal
    )
