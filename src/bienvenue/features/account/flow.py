"""What a person who is signed in does to their own account.

Whatever could lock the owner out, or let a thief stay, wants the password
again: a session that was left open proves only that it was left open
(OWASP ASVS 7.5.1).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import orm

from bienvenue import (
    account_state,
    audit,
    login,
    one_time_token,
    outbox,
    policy,
    roles,
    session,
    sudo,
)
from bienvenue.auth import Auth
from bienvenue.client import Client, acting
from bienvenue.client import current as current_client
from bienvenue.db import lock_signed_in
from bienvenue.errors import (
    PasswordChangeRequired,
    WrongPassword,
)
from bienvenue.events import Event
from bienvenue.features.account import export, log
from bienvenue.features.account.log import Entry, Page
from bienvenue.features.account.own_session import OwnSession, as_own
from bienvenue.login import Verified
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import Letter
from bienvenue.session import Session
from bienvenue.session_check import SignedIn
from bienvenue.sudo import Renewed
from bienvenue.user import User
from bienvenue.user_rows import refuse_acting


class Account:
    """The verbs over one's own account."""

    def __init__(self, auth: Auth) -> None:
        """Work on the accounts of this ``Auth``."""
        self._auth, self._db = auth, auth.db

    def sessions(self, user: SignedIn) -> list[OwnSession]:
        """Return the user's live sessions, the newest first."""
        return [as_own(row, user.session) for row in self._live(user)]

    def is_admin(self, user: SignedIn) -> bool:
        """Tell whether the user may administer the service, as of now."""

        def look(unit: orm.Session) -> bool:
            owner = unit.get(User, user.id)
            return owner is not None and roles.is_active(owner)

        return self._db.read(look)

    def end_session(self, user: SignedIn, row_id: int) -> bool:
        """End one of the user's own sessions; tell whether it was theirs.

        Raises ``NotWhileActing``.
        """
        refuse_acting(user)

        def end(unit: orm.Session) -> bool:
            if not session.end_row(unit, user.id, row_id):
                return False
            _record_end(unit, user, "one", row_id)
            return True

        return self._db.write(end)

    def end_other_sessions(self, user: SignedIn) -> None:
        """End all of the user's sessions but the one that asks."""
        self._end_others(user)

    def report(self, user: SignedIn) -> None:
        """Take the user's word that something in the log was not them.

        All of their other sessions end; a new password is theirs to choose.
        """
        self._end_others(user, reason="not_me")

    def _end_others(self, user: SignedIn, reason: str | None = None) -> None:
        def end(unit: orm.Session) -> None:
            lock_signed_in(unit, user)
            session.end_all(unit, user.id, but=user.session)
            # Whoever is shut out must not come back by a change of address.
            one_time_token.revoke(unit, user.id, Purpose.CHANGE_EMAIL)
            _record_end(unit, user, "others", reason=reason)

        self._db.write(end)

    def change_password(
        self, user: SignedIn, current: str, new: str, client: Client
    ) -> str:
        """Replace the password and end every session, this one too.

        Returns the id of a new session for the caller: what was stolen
        before is worth nothing after (OWASP ASVS 7.2.4, 7.4.3).  Raises
        ``WrongPassword``, ``InvalidPassword``, ``PasswordChangeRequired``,
        ``SessionRequired`` or, before the password tells anything,
        ``NotWhileActing``; nothing is changed then.
        """
        refuse_acting(user)
        with acting(client):
            return self._change_password(user, current, new)

    def _change_password(self, user: SignedIn, current: str, new: str) -> str:
        verified = self._verify(user, current)
        policy.check(new, self._auth.settings, email=user.email)
        hashed_password = self._auth.hasher.hash(new)

        def change(unit: orm.Session) -> str | None:
            owner = lock_signed_in(unit, user)
            if owner.hashed_password != verified.hashed_password:
                return None  # somebody else was faster
            if owner.compromised_at is not None:
                raise PasswordChangeRequired  # by mail, not by who knows it
            if not login.admit(unit, owner):
                return None  # disabled meanwhile
            owner.hashed_password = hashed_password
            kept = session.is_kept(unit, user.session)
            session.end_all(unit, owner.id)
            # A thief's change of address must not outlast it either.
            for purpose in (Purpose.RESET_PASSWORD, Purpose.CHANGE_EMAIL):
                one_time_token.revoke(unit, owner.id, purpose)
            outbox.take_back_resets(unit, owner)
            where = current_client().address
            letter, settings = Letter.PASSWORD_CHANGED, self._auth.settings
            outbox.tell(unit, settings, letter, owner, detail=where)
            audit.record(
                unit,
                Event.PASSWORD_CHANGED,
                user_id=owner.id,
                method="password",
            )
            _record_end(unit, user, "all")
            span = self._auth.session_span
            who = current_client()
            return login.start(unit, owner.id, span, who, kept=kept)

        session_id = self._db.write(change)
        if session_id is None:
            raise self._refusal(user)
        return session_id

    def log(self, user: SignedIn, before: int | None = None) -> Page:
        """Return some of what concerns the user's account, latest first.

        With ``before``, the id of an entry, what was before that.
        """
        return self._db.read(lambda unit: log.page(unit, user.id, before))

    def entry(self, user: SignedIn, number: int) -> Entry | None:
        """Return one entry of the user's log; None if it is not theirs."""
        return self._db.read(lambda unit: log.one(unit, user.id, number))

    def export(self, user: SignedIn) -> dict[str, Any]:
        """Return all that is kept about the user, without any secret.

        Of what the audit log has, the latest thousand events.  Raises
        ``SessionRequired`` when the account is gone, and ``NotWhileActing``:
        what is the owner's to take away is nobody else's.
        """
        refuse_acting(user)
        return export.everything_of(self._db, user)

    def reauthenticate(
        self, user: SignedIn, session_id: str | None, password: str
    ) -> Renewed:
        """Take the password again; the session gets a new id.

        Raises ``WrongPassword`` or ``SessionRequired``.
        """
        hasher = self._auth.hasher
        return sudo.renew(self._db, hasher, user, session_id, password)

    def delete(self, user: SignedIn) -> datetime:
        """Have the account deleted, and every session ended; say when."""
        auth = self._auth
        return account_state.schedule_deletion(auth.db, auth.settings, user)

    def _live(self, user: SignedIn) -> list[Session]:
        return self._db.read(lambda unit: session.live(unit, user.id))

    def _verify(self, user: SignedIn, password: str) -> Verified:
        verified = login.verify_password(
            self._db, self._auth.hasher, user.email, password
        )
        if verified is None or verified.user_id != user.id:
            raise self._refusal(user)
        return verified

    def _refusal(self, user: SignedIn) -> WrongPassword:
        """Record that a password was not theirs; return what to raise."""
        self._db.write(
            lambda unit: audit.record(
                unit,
                Event.PASSWORD_CHANGED,
                user_id=user.id,
                outcome="failure",
                method="password",
            )
        )
        return WrongPassword()


def _record_end(
    unit: orm.Session,
    user: SignedIn,
    scope: str,
    row: int | None = None,
    reason: str | None = None,
) -> None:
    audit.record(
        unit,
        Event.SESSION_ENDED,
        user_id=user.id,
        scope=scope,
        session=row,
        reason=reason,
    )
