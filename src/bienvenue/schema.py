"""Bring a database to the schema this release speaks; never drop anything.

An empty database gets the tables at once; an older one is upgraded by the
migrations in the package.  Either happens in one transaction under a lock,
so several processes may start at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    insert,
    inspect,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from bienvenue import audit_tables, mailbox, one_time_token, outbox, session
from bienvenue.columns import VERSION_TABLE, Base
from bienvenue.engine import READ_ONLY
from bienvenue.errors import ConfigurationError, DatabaseUnavailable

HEAD = "0004"
_UNFINISHED = "unfinished"

# Importing these maps their tables.
ROOMS = (session, one_time_token, outbox, mailbox, audit_tables)

_version = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), primary_key=True),
)
_LOCK = 0x6269656E  # "bien": any number nobody else would take


def tables() -> list[Table]:
    """Return all tables there are, every owner before what it owns."""
    return Base.metadata.sorted_tables


def current(connection: Connection) -> str | None:
    """Return the schema's revision, or None where there is none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_version.c.version_num))


def ensure(engine: Engine) -> None:
    """Create what is missing, or upgrade what is older.

    Raises ``DatabaseUnavailable`` when the database cannot be reached and
    ``ConfigurationError`` when it holds somebody else's tables.
    """
    try:
        with engine.connect().execution_options(**{READ_ONLY: True}) as open_:
            if current(open_) == HEAD:
                return
        with engine.begin() as connection, _alone(connection):
            _bring_up(connection)
    except DBAPIError as error:
        raise DatabaseUnavailable(
            f"the database cannot be used: {_reason(error)}"
        ) from None


def _bring_up(connection: Connection) -> None:
    found = current(connection)
    if found == HEAD:
        return
    if found == _UNFINISHED:
        _fill(connection)
        return
    if found is not None:
        _upgrade(connection, found)
        return
    taken = set(inspect(connection).get_table_names())
    if taken & set(Base.metadata.tables):
        raise ConfigurationError(
            "database_url: this database holds tables of another program"
            " with our names; name another database"
        )
    # The word that it is ours comes first: where DDL is no part of a
    # transaction (MySQL), the next start must know half a schema as such.
    _version.create(connection, checkfirst=True)
    connection.execute(insert(_version).values(version_num=_UNFINISHED))
    _fill(connection)


def _fill(connection: Connection) -> None:
    Base.metadata.create_all(connection)
    connection.execute(update(_version).values(version_num=HEAD))


def _upgrade(connection: Connection, found: str) -> None:
    # Alembic is slow to load, and hardly ever needed.
    from alembic.util import CommandError

    from bienvenue.migrations import upgrade

    try:
        upgrade(connection)
    except CommandError:
        raise ConfigurationError(
            f"database_url: the database has schema {found}, which this"
            f" release (schema {HEAD}) does not know; run the release that"
            " made it, or a newer one"
        ) from None


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Hold off other processes that start at the same time.

    On SQLite the write transaction itself does, and DDL is part of it.  On
    MySQL, where DDL commits, only a named lock outlives it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK}
        )
        yield
    elif connection.dialect.name in ("mysql", "mariadb"):
        name = {"lock": VERSION_TABLE}
        if not connection.scalar(text("SELECT GET_LOCK(:lock, 60)"), name):
            raise DatabaseUnavailable(
                "another process has been at the schema for a minute; try"
                " again when it is done"
            )
        try:
            yield
        finally:
            connection.execute(text("SELECT RELEASE_LOCK(:lock)"), name)
    else:
        yield


def _reason(error: DBAPIError) -> str:
    """Return the driver's words, without the statement and its values."""
    return str(error.orig).strip().split("\n")[0]
