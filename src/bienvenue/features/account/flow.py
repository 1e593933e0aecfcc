"""What a person who is signed in does to their own account.

Whatever could lock the owner out, or let a thief stay, wants the password
again: a session that was left open proves only that it was left open
(OWASP ASVS 7.5.1).
"""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import orm

from bienvenue import login, one_time_token, policy, session
from bienvenue.auth import Auth
from bienvenue.db import lock_user
from bienvenue.errors import WrongPassword
from bienvenue.login import Client, Verified
from bienvenue.one_time_token import Purpose
from bienvenue.session import Session
from bienvenue.session_check import SignedIn


class OwnSession(NamedTuple):
    """One of a person's sessions, as they may see it.

    ``id`` names it for ending it and opens nothing; ``current`` is the one
    that asks.
    """

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None
    current: bool


class Account:
    """The verbs over one's own account."""

    def __init__(self, auth: Auth) -> None:
        """Work on the accounts of this ``Auth``."""
        self._auth, self._db = auth, auth.db

    def sessions(self, user: SignedIn) -> list[OwnSession]:
        """Return the user's live sessions, the newest first."""
        rows = self._db.read(lambda unit: session.live(unit, user.id))
        return [_as_own(row, user.session) for row in rows]

    def end_session(self, user: SignedIn, row_id: int) -> bool:
        """End one of the user's own sessions; tell whether it was theirs."""
        return self._db.write(
            lambda unit: session.end_row(unit, user.id, row_id)
        )

    def end_other_sessions(self, user: SignedIn) -> None:
        """End all of the user's sessions but the one that asks."""
        self._db.write(
            lambda unit: session.end_all(unit, user.id, but=user.session)
        )

    def change_password(
        self, user: SignedIn, current: str, new: str, client: Client
    ) -> str:
        """Replace the password and end every session, this one too.

        Returns the id of a new session for the caller: what was stolen
        before is worth nothing after (OWASP ASVS 7.2.4, 7.4.3).  Raises
        ``WrongPassword`` or ``InvalidPassword``; nothing is changed then.
        """
        verified = self._verify(user, current)
        policy.check(new, self._auth.settings)
        hashed_password = self._auth.hasher.hash(new)

        def change(unit: orm.Session) -> str:
            owner = lock_user(unit, user.id)
            if owner.hashed_password != verified.hashed_password:
                raise WrongPassword  # somebody else was faster
            owner.hashed_password = hashed_password
            session.end_all(unit, owner.id)
            one_time_token.revoke(unit, owner.id, Purpose.RESET_PASSWORD)
            span = self._auth.session_span
            return login.start(unit, owner.id, span, client)

        return self._db.write(change)

    def export(self, user: SignedIn) -> dict[str, Any]:
        """Return all that is kept about the user, without any secret."""
        owner = self._db.find_user_by(id=user.id)
        return {
            "email": owner.email,
            "created_at": owner.created_at.isoformat(),
            "sessions": [
                {
                    "created_at": each.created_at.isoformat(),
                    "last_seen_at": each.last_seen_at.isoformat(),
                    "expires_at": each.expires_at.isoformat(),
                    "address": each.address,
                    "agent": each.agent,
                }
                for each in self.sessions(user)
            ],
        }

    def _verify(self, user: SignedIn, password: str) -> Verified:
        verified = login.verify_password(
            self._db, self._auth.hasher, user.email, password
        )
        if verified is None or verified.user_id != user.id:
            raise WrongPassword
        return verified


def _as_own(row: Session, current: int) -> OwnSession:
    return OwnSession(
        id=row.id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        address=row.address,
        agent=row.agent,
        current=row.id == current,
    )
