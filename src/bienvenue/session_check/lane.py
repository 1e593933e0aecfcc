"""One thread's own connection, past the pool and its bookkeeping."""

import sqlite3
import weakref
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine

# As much of a SQLite file as SQLite maps at most: it is read in place then,
# and not copied page by page, which a large one takes half its time for.
_MAPPED = 2**31


class Lane:
    """A connection that one thread keeps, and asks one thing at a time."""

    def __init__(self, engine: Engine) -> None:
        """Connect; raises what the driver, or SQLAlchemy, raises."""
        self._connection = engine.raw_connection()
        # A thread that ends takes its lane with it, and drivers want to be
        # told before their connection is gone.
        weakref.finalize(self, self._connection.close)
        self._cursor = self._connection.cursor()
        if engine.name == "sqlite":
            self._cursor.execute(f"PRAGMA mmap_size = {_MAPPED}").fetchall()

    def fetch(self, sql: str, given: Any) -> Sequence[Any]:
        """Return all rows; raises what the driver raises."""
        self._cursor.execute(sql, given)
        # All rows, though there is one at most: SQLite keeps a read
        # transaction open until it has been told there are no more.
        return self._cursor.fetchall()

    def begin(self) -> None:
        """Have what is asked from now on hold at one moment (SQLite)."""
        self._cursor.execute("BEGIN")

    def end(self) -> None:
        """Have it hold when it is asked again, as before ``begin``."""
        held = self._connection.driver_connection
        if isinstance(held, sqlite3.Connection) and held.in_transaction:
            self._cursor.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def drop(self) -> None:
        """Let go of a connection that may be lost, and say no word to it."""
        self._connection.invalidate()
