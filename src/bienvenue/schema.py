"""Bring a database to the schema this release speaks; never drop anything.

An empty database gets the tables at once; an older one is upgraded by the
migrations in the package.  Either happens in one transaction under a lock,
so several processes may start at once; where an engine cannot undo a change
of its tables, one that was cut short is taken up by the next start.
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
from bienvenue.errors import (
    ConfigurationError,
    DatabaseUnavailable,
    SchemaBehind,
)
from bienvenue.revisions import Standing, standing

HEAD = "0005"
_UNFINISHED = "unfinished"

# Importing these maps their tables.
ROOMS = (session, one_time_token, outbox, mailbox, audit_tables)

_version = Table(
    VERSION_TABLE,
    MetaData(),
    Column("version_num", String(32), primary_key=True),
)
_LOCK = 0x6269656E  # "bien": any number nobody else would take
_PATIENCE_SECONDS = 600  # while another process upgrades


def tables() -> list[Table]:
    """Return all tables there are, every owner before what it owns."""
    return Base.metadata.sorted_tables


def current(connection: Connection) -> str | None:
    """Return the schema's revision, or None where there is none yet."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(_version.c.version_num))


def standing_of(found: str | None) -> Standing:
    """Tell how a revision that was found stands to this release's."""
    return Standing.EMPTY if found == _UNFINISHED else standing(found, HEAD)


def ensure(engine: Engine, *, upgrades: bool = True) -> str | None:
    """Create what is missing, upgrade what is older, say what there was.

    Without ``upgrades`` an older one is left alone and ``SchemaBehind``
    raised.  A newer one that this release may use is left as it is.
    Raises ``DatabaseUnavailable`` when the database cannot be reached and
    ``ConfigurationError`` when it holds somebody else's tables, or those of
    a release that this one knows too little of.
    """
    try:
        with engine.connect().execution_options(**{READ_ONLY: True}) as open_:
            found = current(open_)
        if _is_fit(found, upgrades=upgrades):
            return found
        with (
            _patient(engine) as connection,
            connection.begin(),
            _alone(connection),
        ):
            return _bring_up(connection, upgrades=upgrades)
    except DBAPIError as error:
        raise DatabaseUnavailable(
            f"the database cannot be used: {_reason(error)}"
        ) from None


def _is_fit(found: str | None, *, upgrades: bool) -> bool:
    """Tell whether there is nothing to do; raise where nothing may be."""
    stands = standing_of(found)
    if stands is Standing.BEYOND:
        raise _unknown(found)
    if stands is Standing.BEHIND and not upgrades:
        raise SchemaBehind(
            f"database_url: the database has schema {found} and this release"
            f" needs {HEAD}; run `bienvenue db upgrade`"
        )
    return stands.usable


def _bring_up(connection: Connection, *, upgrades: bool = True) -> str | None:
    found = current(connection)
    if _is_fit(found, upgrades=upgrades):
        return found  # by whoever was here before
    if found == _UNFINISHED:
        _fill_the_rest(connection)
    elif found is not None:
        _upgrade(connection, found)
    else:
        _make(connection)
    return found


def _make(connection: Connection) -> None:
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
    Base.metadata.create_all(connection)
    connection.execute(update(_version).values(version_num=HEAD))


def _fill_the_rest(connection: Connection) -> None:
    from bienvenue.migrations.resume import resumable

    # Every statement again: a table may be there without its indexes.
    with resumable(connection):
        Base.metadata.create_all(connection, checkfirst=False)
    connection.execute(update(_version).values(version_num=HEAD))


def _upgrade(connection: Connection, found: str) -> None:
    # Alembic is slow to load, and hardly ever needed.
    from alembic.util import CommandError

    from bienvenue.migrations import upgrade

    try:
        upgrade(connection)
    except CommandError:
        raise _unknown(found) from None


def _unknown(found: str | None) -> ConfigurationError:
    return ConfigurationError(
        f"database_url: the database has schema {found}, which this release"
        f" (schema {HEAD}) does not know; run the release that made it, or a"
        " newer one"
    )


@contextmanager
def _patient(engine: Engine) -> Iterator[Connection]:
    """Yield a connection that waits as long as an upgrade may take."""
    with engine.connect() as connection:
        if engine.dialect.name != "sqlite":
            yield connection
            return
        raw = connection.connection.cursor()
        (usual,) = raw.execute("PRAGMA busy_timeout").fetchone()
        raw.execute(f"PRAGMA busy_timeout = {_PATIENCE_SECONDS * 1000}")
        try:
            yield connection
        finally:
            raw.execute(f"PRAGMA busy_timeout = {usual}")
            raw.close()


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
        wanted = name | {"patience": _PATIENCE_SECONDS}
        asked = text("SELECT GET_LOCK(:lock, :patience)")
        if not connection.scalar(asked, wanted):
            raise DatabaseUnavailable(
                "another process has been at the schema for"
                f" {_PATIENCE_SECONDS} seconds; try again when it is done"
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
