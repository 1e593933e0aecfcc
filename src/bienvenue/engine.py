"""Make an engine for a database URL, with the settings that keep promises.

SQLite's own defaults lose updates and check no foreign key; what is set
here was measured (see docs/decisions): write-ahead log, an fsync for every
commit, and BEGIN IMMEDIATE for a unit that writes, so that two of them never
read the same value and both write it back.
"""

import tempfile
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, Connection, ExceptionContext, make_url
from sqlalchemy.exc import (
    ArgumentError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.pool import ConnectionPoolEntry, PoolResetState

from bienvenue import faults, mariadb, sqlite_file
from bienvenue.errors import ConfigurationError
from bienvenue.host_list import spread

# An execution option: a unit that only reads takes no write lock.
READ_ONLY = "bienvenue_read_only"

_DRIVERS = {
    "sqlite": sqlite_file.DRIVER,
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
_POOL_SECONDS = 5.0  # as long as a unit waits for a server


def parse_url(text: str) -> URL:
    """Read a database URL and choose our driver for its engine.

    Raises ``ConfigurationError``, which does not repeat the URL: it may
    hold a password.
    """
    try:
        url = make_url(spread(text))
    except (ArgumentError, ValueError):  # the second for its port
        raise ConfigurationError(
            "database_url: not a URL; for one file write"
            " sqlite:///bienvenue.db, for a server"
            " postgresql://user:password@host/name"
        ) from None
    url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
    if url.get_backend_name() not in _DRIVERS:
        raise ConfigurationError(
            f"database_url: {url.get_backend_name()} is not supported;"
            " use sqlite, postgresql or mariadb"
        )
    if url.get_backend_name() == "sqlite":
        sqlite_file.check(url)
    if url.get_backend_name() in mariadb.BACKENDS:
        mariadb.hosts_of(url)
    return url


def make_engine(url: URL, *, pooled: bool = True) -> Engine:
    """Return an engine that keeps the promises of this module.

    One that is not pooled gives a connection of its own to whoever asks.
    Raises ``ConfigurationError`` when the driver is not installed and
    ``DatabaseUnavailable`` when a SQLite file cannot be made.
    """
    servers: list[mariadb.Host] = []
    if url.get_backend_name() in mariadb.BACKENDS:
        servers, url = mariadb.hosts_of(url), mariadb.without_hosts(url)
    options = _options(url, pooled=pooled)
    try:
        engine = create_engine(url, **options)
    except (ImportError, NoSuchModuleError):
        extra = {"postgresql": "postgresql"}.get(
            url.get_backend_name(), "mysql"
        )
        raise ConfigurationError(
            f"database_url: the driver {url.drivername} is not installed;"
            f" pip install 'bienvenue[{extra}]'"
        ) from None
    event.listen(engine, "handle_error", _keep_values_out)
    event.listen(engine, "handle_error", _leave_what_moved, retval=True)
    if engine.dialect.name in mariadb.BACKENDS:
        mariadb.watch(engine, servers)
    if engine.driver == "psycopg":
        from bienvenue import postgresql  # not everybody has its driver

        postgresql.be_sure(engine)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", sqlite_file.prepare)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "reset", partial(_reset, engine))
    return engine


def _options(url: URL, *, pooled: bool) -> dict[str, Any]:
    # A statement's values are hashes and digests: no error text shows them.
    options: dict[str, Any] = {"hide_parameters": True}
    if not pooled:
        options |= {"poolclass": NullPool, "isolation_level": "AUTOCOMMIT"}
    if url.get_backend_name() == "sqlite":
        sqlite_file.make(url)
        options["connect_args"] = {
            "isolation_level": None,
            "check_same_thread": False,
        }
        return options
    options["pool_reset_on_return"] = None  # see _reset
    if pooled:
        options |= {"pool_pre_ping": True, "pool_timeout": _POOL_SECONDS}
        # Whatever the server's own default is: what is not locked by row is
        # not relied upon, what was waited for is seen, and MariaDB's locks
        # on the gaps between rows only cause deadlocks.
        options["isolation_level"] = "READ COMMITTED"
    return options


def _reset(
    engine: Engine,
    connection: Any,
    record: ConnectionPoolEntry,
    state: PoolResetState,
) -> None:
    """End what a connection was at, before another unit has it.

    As the pool would by itself, but for its saying so, at length, when the
    server is gone by then.
    """
    if state.terminate_only:
        return
    try:
        connection.rollback()
    except engine.dialect.loaded_dbapi.Error:
        record.invalidate()


def _keep_values_out(context: ExceptionContext) -> None:
    """Cut from a driver's error what repeats the row it is about.

    PostgreSQL's DETAIL shows whole rows, hashes included, and an error may
    end in a log (OWASP ASVS V16.2.5).
    """
    for error in (context.original_exception, context.sqlalchemy_exception):
        if error is not None and error.args and isinstance(error.args[0], str):
            kept = error.args[0].partition("\nDETAIL:")[0]
            error.args = (kept, *error.args[1:])


def _leave_what_moved(context: ExceptionContext) -> Exception | None:
    """Have all connections made anew when a server takes no more work.

    They work still, and lead to a primary that became a standby, or to a
    node that lost its cluster.
    """
    cause = context.original_exception
    if not faults.is_moved(cause):
        return None
    context.is_disconnect = True
    # Of a kind that is answered 503, whatever kind the driver has for it.
    return OperationalError(
        context.statement,
        None,
        cause,
        hide_parameters=True,
        connection_invalidated=True,
    )


def private_file(url: URL) -> tuple[URL, "tempfile.TemporaryDirectory[str]"]:
    """Give a database "in memory" a private file that goes away with it.

    SQLite's own kind belongs to one connection: threads would either see
    different databases or share one transaction.
    """
    folder = tempfile.TemporaryDirectory(prefix="bienvenue-")
    return url.set(database=str(Path(folder.name) / "memory.db")), folder


def in_memory(url: URL) -> bool:
    """Tell whether a URL asks for SQLite without a file."""
    return url.get_backend_name() == "sqlite" and url.database in (
        None,
        "",
        ":memory:",
    )


def _begin_sqlite(connection: Connection) -> None:
    read_only = connection.get_execution_options().get(READ_ONLY)
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
