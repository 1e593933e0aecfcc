"""Whose session it is, and how sessions end."""

from collections.abc import Sequence
from typing import TypeGuard

from sqlalchemy import orm

from bienvenue import account_state, audit, observing, session, standing_in
from bienvenue.auth.base import Base
from bienvenue.errors import UserNotFound
from bienvenue.events import Event
from bienvenue.observing import Tally
from bienvenue.session_check import SignedIn
from bienvenue.user import User


class Sessions(Base):
    """The verbs over sessions that have begun."""

    def check_session(self, session_id: object) -> SignedIn | None:
        """Tell who a session id belongs to, by the fast path, or None."""
        if not _may_be_a_session(session_id):
            return None
        found = self.db.check_session(session_id)
        return self._counted(found)

    def check_sessions(
        self, session_ids: Sequence[str]
    ) -> list[SignedIn | None]:
        """Tell who each of some session ids belongs to, by one question.

        As ``check_session``, for ``session_check.MOST`` at most.
        """
        found = self.db.check_session.many(session_ids)
        return [self._counted(each) for each in found]

    def get_user_from_session_id(self, session_id: object) -> User | None:
        """Return the user of a live session; None for anything else."""
        if not _may_be_a_session(session_id):
            return None
        try:
            return self.db.find_user_by(session_id=session_id)
        except UserNotFound:
            return None

    def end_session(self, session_id: object) -> bool:
        """End one session; tell whether there was a live one."""
        if not _may_be_a_session(session_id):
            return False

        def end(unit: orm.Session) -> bool:
            whose = session.whose(unit, session_id)
            if whose is None or not session.end(unit, session_id):
                return False
            user_id, row = whose
            audit.record(
                unit,
                Event.SESSION_ENDED,
                user_id=user_id,
                scope="one",
                session=row,
            )
            return True

        return self.db.write(end)

    def destroy_session(self, user_id: int | None) -> None:
        """End every session of a user; an unknown user has none to end."""
        try:
            account_state.end_sessions(self.db, user_id)
        except UserNotFound:
            return

    def _counted(self, found: SignedIn | None) -> SignedIn | None:
        """Return what was found if it counts, and note that it was used."""
        if found is None or not standing_in.counts(self.db, found):
            observing.tell(Tally.SESSION_CHECK, "none")
            return None
        self._last_seen.note(found)
        observing.tell(Tally.SESSION_CHECK, "live")
        return found


def _may_be_a_session(session_id: object) -> TypeGuard[str]:
    return isinstance(session_id, str) and session_id != ""
