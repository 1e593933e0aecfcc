"""A SQLite file: what may name one, who may read it, what it promises.

SQLite's own defaults lose updates and check no foreign key; what is set here
was measured (decision 0011).
"""

import os
import sqlite3
import threading
from pathlib import Path

from sqlalchemy.engine import URL

from bienvenue.errors import ConfigurationError, DatabaseUnavailable

DRIVER = "sqlite+pysqlite"

# A log that is begun anew is cut to this; it is some four times as long as
# SQLite lets it become before it tries to.
LOG_BYTES = 16 * 1024 * 1024

_TRIES, _PAUSE_SECONDS = 50, 0.02
_PRAGMAS = (
    "PRAGMA busy_timeout = 5000",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA secure_delete = ON",
    f"PRAGMA journal_size_limit = {LOG_BYTES}",
)


def check(url: URL) -> None:
    """Refuse what SQLAlchemy would take for something else than a file.

    ``sqlite://bienvenue.db`` has a host and no file: it would be a database
    in memory, and every account gone with the process.  Raises
    ``ConfigurationError``.
    """
    plain = url.drivername == DRIVER and not url.query
    uri = (url.database or "").startswith("file:")
    if url.host or url.username or uri or not plain:
        raise ConfigurationError(
            "database_url: for SQLite write sqlite:///FILE with three"
            " slashes (four before an absolute path), and nothing else"
        )


def make(url: URL) -> None:
    """Create a SQLite file that its owner alone may read.

    One that exists is never opened here: closing it again would drop the
    locks that SQLite holds on it for this whole process (POSIX advisory
    locks), and another process could then take the log from under it.
    Raises ``DatabaseUnavailable``.
    """
    path = Path(url.database or "")
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        if not path.is_file():
            raise _cannot_open(path, "it is no file") from None
        if not os.access(path, os.R_OK | os.W_OK):
            raise _cannot_open(path, "permission denied") from None
    except (OSError, ValueError) as error:  # the second for a NUL in it
        reason = getattr(error, "strerror", None) or "it is no file name"
        raise _cannot_open(path, reason) from None


def look_into(path: Path) -> sqlite3.Connection:
    """Open a file that is there to read, and make nothing beside it.

    Even a connection that only reads makes a log and its index where there
    are none, and leaves them.  They are there while somebody has the file
    open, and then are read as well; else the file is whole by itself, but
    for what a crash has left in a log.  Raises ``sqlite3.Error``, ``OSError``.
    """
    file = path.resolve()  # beside which SQLite has them, not beside a link
    beside = [Path(f"{file}{ending}") for ending in ("-wal", "-shm")]
    in_use = all(each.exists() for each in beside)
    how = "mode=ro" if in_use else "immutable=1"
    return sqlite3.connect(f"{file.as_uri()}?{how}", uri=True)


def log_is_long(url: URL) -> bool:
    """Tell whether the log waits for a moment in which nobody reads.

    It is begun anew in one alone, and readers who follow closely upon each
    other, in several processes, may leave none.
    """
    try:
        # Asked at each turn: a path object costs more than the answer.
        log = os.stat(f"{url.database}-wal")  # noqa: PTH116
        return log.st_size > 2 * LOG_BYTES
    except OSError:
        return False


def _cannot_open(path: Path, reason: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        f"the database file {path} cannot be opened: {reason}; choose a"
        " folder you can write to, or name another database_url"
    )


def prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Have a new connection keep the promises."""
    for pragma in _PRAGMAS:
        _patiently(connection, pragma)


def _patiently(connection: sqlite3.Connection, pragma: str) -> None:
    """Execute a pragma, again while another process is at the same.

    The busy timeout does not hold for the change to the write-ahead log,
    which the first of several processes makes for them all.
    """
    for _ in range(_TRIES):
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError:
            threading.Event().wait(_PAUSE_SECONDS)
        else:
            return
    connection.execute(pragma)
