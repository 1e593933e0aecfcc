"""When a session was last used, written at most once a minute.

The answer to a request never waits for it: the check only notes the
session, and a thread writes what was noted.  A crash loses seconds of a
date that is good to the minute.
"""

from threading import Lock
from typing import cast

from sqlalchemy import Table, bindparam, orm, update

from bienvenue import clock
from bienvenue.background import Background
from bienvenue.db import DB
from bienvenue.session import Session
from bienvenue.session_check import SignedIn

_MINUTE_US = 60_000_000


class LastSeen:
    """Keeps ``sessions.last_seen_at`` true to about a minute."""

    def __init__(self, db: DB) -> None:
        """Write to this database, from a thread that starts when needed."""
        self._db = db
        self._noted: dict[int, int] = {}
        self._noting = Lock()
        self._background = Background("last-seen", self.flush)

    def note(self, found: SignedIn) -> None:
        """Remember that a session was used, if that is news."""
        now = clock.now_us()
        if now - found.last_seen_us < _MINUTE_US:
            return
        with self._noting:
            if now - self._noted.get(found.session, 0) < _MINUTE_US:
                return
            self._noted[found.session] = now
        self._background.wake()

    def flush(self) -> None:
        """Write what was noted."""
        with self._noting:
            noted, self._noted = self._noted, {}
        if not noted:
            return
        seen = [
            {"session": session, "seen": clock.to_datetime(at)}
            for session, at in noted.items()
        ]
        table = cast(Table, Session.__table__)
        statement = (
            update(table)
            .where(table.c.id == bindparam("session"))
            .values(last_seen_at=bindparam("seen"))
        )

        def write(unit: orm.Session) -> None:
            unit.connection().execute(statement, seen)

        self._db.write(write)

    def stop(self) -> None:
        """Write what was noted, and end the thread."""
        self._background.stop()
        self.flush()
