"""When a session was last used, written at most once a minute.

The answer to a request never waits for it: the check only notes the
session, and a thread writes what was noted.  A crash loses seconds of a
date that is good to the minute.
"""

from datetime import timedelta
from threading import Lock
from typing import cast

from sqlalchemy import BigInteger, Table, Update, bindparam, case, orm, update

from bienvenue import clock, forking
from bienvenue.background import Background
from bienvenue.db import DB
from bienvenue.session import Session
from bienvenue.session_check import SignedIn

_MINUTE_US = 60_000_000


class LastSeen:
    """Keeps ``last_seen_at`` true to about a minute, and moves the end on.

    A session ends when it was not used for ``idle``, and at its fixed end
    whatever its use (NIST SP 800-63B-4, 2.1.3).  The end that is in force
    is kept in the row, so that the check compares with one column only.
    """

    def __init__(self, db: DB, idle: timedelta) -> None:
        """Write to this database, from a thread that starts when needed."""
        self._db, self._idle_us = db, idle // timedelta(microseconds=1)
        self._background = Background("last-seen", self.flush)
        self.begin_anew()
        forking.watch(self)

    def begin_anew(self) -> None:
        """Forget what another process noted, and will write."""
        self._noted: dict[int, int] = {}
        self._noting = Lock()

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
        used = [
            {"row": row, "seen": at, "later": at + self._idle_us}
            # In one order everywhere: nodes do not lock crosswise.
            for row, at in sorted(noted.items())
        ]

        def write(unit: orm.Session) -> None:
            unit.connection().execute(_move_on(), used)

        self._db.write(write)

    def stop(self) -> None:
        """Write what was noted, and end the thread."""
        self._background.stop()
        self.flush()


def _move_on() -> Update:
    table = cast(Table, Session.__table__)
    # As they are kept: there may be thousands of them a second.
    seen = bindparam("seen", type_=BigInteger())
    later = bindparam("later", type_=BigInteger())
    return (
        update(table)
        .where(
            table.c.id == bindparam("row"),
            # Another node may have written a later use meanwhile.
            table.c.last_seen_at < seen,
        )
        .values(
            last_seen_at=seen,
            expires_at=case(
                (table.c.ends_at < later, table.c.ends_at), else_=later
            ),
        )
    )
