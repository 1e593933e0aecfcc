"""Throws away what is over: sessions, tokens, accounts nobody wants back.

Nothing waits for it: what is expired counts for nothing by itself.  It
keeps tables from growing for ever, and the promise that a deleted account
is gone.  Any number of processes may do it at once, and any of them may die
over it: each batch is a transaction of its own, and says again in its WHERE
what is over.
"""

from functools import partial
from typing import Any, cast

from sqlalchemy import CursorResult, delete, orm, select

from bienvenue import account_state, clock, observing
from bienvenue.background import Background
from bienvenue.db import DB
from bienvenue.observing import Tally
from bienvenue.one_time_token import OneTimeToken
from bienvenue.session import Session

BATCH = 500
"""Rows of one transaction: writers wait for it, and not for long."""

_EVERY_SECONDS = 60.0

_Expiring = type[Session] | type[OneTimeToken]


class Housekeeper:
    """Tidies a database, from a thread, once a minute."""

    def __init__(self, db: DB) -> None:
        """Look after this database."""
        self._db = db
        self._background = Background("housekeeper", self.tidy, _EVERY_SECONDS)
        self.start, self.stop = self._background.start, self._background.stop

    def tidy(self) -> int:
        """Throw away all that is over now; return how many rows that was.

        Ends between two batches once it was told to stop.
        """
        gone = {
            "sessions": self._purge(Session),
            "tokens": self._purge(OneTimeToken),
            "accounts": self._delete(),
        }
        for kind, rows in gone.items():
            observing.tell(Tally.TIDIED, kind, rows)
        observing.tell(Tally.TIDY_RUN)
        return sum(gone.values())

    def _purge(self, table: _Expiring) -> int:
        gone, found = 0, BATCH
        while found == BATCH and not self._background.stopping:
            # Read first: most of the time there is nothing to write, and
            # writers need not wait for that.
            ids = self._db.read(lambda unit: _expired(unit, table))
            found = len(ids)
            if ids:
                purge = partial(_purge, table=table, ids=ids)
                gone += self._db.write(purge)
        return gone

    def _delete(self) -> int:
        gone, found = 0, BATCH
        while found == BATCH and not self._background.stopping:
            ids = self._db.read(lambda unit: account_state.due(unit, BATCH))
            found = len(ids)
            for user_id in ids:
                if self._background.stopping:
                    break
                gone += account_state.delete_due(self._db, user_id)
        return gone


def _expired(unit: orm.Session, table: _Expiring) -> list[int]:
    return list(
        unit.scalars(
            select(table.id)
            .where(table.expires_at <= clock.now())
            .order_by(table.expires_at)
            .limit(BATCH)
        )
    )


def _purge(unit: orm.Session, *, table: _Expiring, ids: list[int]) -> int:
    """Delete rows that are expired still: use moves a session's end on."""
    gone = unit.execute(
        delete(table).where(table.id.in_(ids), table.expires_at <= clock.now())
    )
    return cast(CursorResult[Any], gone).rowcount
