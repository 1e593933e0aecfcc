"""What a database server's errors mean for a unit of work.

A unit may be run again when it met another one (transient), and when its
server went away or took no more writes (lost): then on a new connection.
Neither goes on for ever.
"""

import sqlite3
from threading import Event
from time import monotonic

from sqlalchemy.exc import DBAPIError, OperationalError

from bienvenue import secret

PATIENCE_SECONDS = 5.0
"""For so long a unit is run again; what is under way is not cut off."""

_PAUSE_SECONDS = 0.01  # at most, before the second attempt
_LONGEST_PAUSE_SECONDS = 0.5
# PostgreSQL: serialisation failure, deadlock. MySQL: lock wait, deadlock
# (which is also what a Galera certification failure looks like).
_TRANSIENT = frozenset({"40001", "40P01", 1205, 1213})
# The connection still works, and is one to a server that will not do.
# PostgreSQL: a primary that became a standby. MySQL: a Galera node outside
# of the cluster; a server that is read-only, by either of two settings.
_MOVED = frozenset({"25006", 1047, 1290, 1836})
# PostgreSQL: connection exceptions (class 08), shut down by its operator,
# crashed, not up yet. MySQL: going down, killed, and the client's own words
# for a connection that was never made or is no more.
_GONE = frozenset(
    {"57P01", "57P02", "57P03"}
    | {1053, 1152, 1153, 1158, 1159, 1160, 1161, 1184, 1927}
    | {2002, 2003, 2005, 2006, 2013, 2055}
)


def is_transient(error: DBAPIError) -> bool:
    """Tell whether units only met, so that another attempt may work."""
    return code(error) in _TRANSIENT


def is_lost(error: DBAPIError) -> bool:
    """Tell whether the server went away, or will not take writes now.

    What was not committed then, is not.  An error without a statement and
    without a code is one of connecting: a server that is not up says none.
    A file of SQLite's has no server.
    """
    if isinstance(error.orig, sqlite3.Error):
        return False
    found = code(error)
    if error.connection_invalidated or found in _GONE | _MOVED:
        return True
    if isinstance(found, str):
        return found.startswith("08")
    if found is not None:
        return False
    return isinstance(error, OperationalError) and error.statement is None


def is_moved(error: BaseException) -> bool:
    """Tell whether a driver's error means: another server has to be found."""
    return _code(error) in _MOVED


def code(error: DBAPIError) -> str | int | None:
    """Return PostgreSQL's SQLSTATE or MySQL's number, if there is one."""
    return _code(error.orig)


def _code(cause: BaseException | None) -> str | int | None:
    first = next(iter(getattr(cause, "args", ())), None)
    number = first if isinstance(first, int) else None
    return getattr(cause, "sqlstate", None) or number


class Patience:
    """How long one unit is run again; each unit has its own."""

    def __init__(self) -> None:
        self._until = monotonic() + PATIENCE_SECONDS
        self._pause = _PAUSE_SECONDS

    def allows(self, error: DBAPIError) -> bool:
        """Tell whether to try again, after a pause that is made here.

        Pauses grow, and are of chance, so that those who met do not meet
        again.
        """
        if not (is_transient(error) or is_lost(error)):
            return False
        if monotonic() >= self._until:
            return False
        Event().wait(self._pause * (1 + secret.chance()) / 2)
        self._pause = min(2 * self._pause, _LONGEST_PAUSE_SECONDS)
        return True
