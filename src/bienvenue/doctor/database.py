"""The database: reached, of a version that is sound, written and read back.

Nothing stays behind: what is written is rolled back, and a file that is
not there is not made.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from statistics import median
from time import perf_counter

from sqlalchemy import URL, Connection, Engine, insert, select, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from bienvenue import database_file, engine, schema, secret
from bienvenue.audit_tables import AuditHead
from bienvenue.chain import BYTES
from bienvenue.config import Settings
from bienvenue.doctor import clocks, letters, servers
from bienvenue.doctor.accounts import unverified
from bienvenue.doctor.finding import Finding, failed, ok, skipped, warning
from bienvenue.errors import BienvenueError
from bienvenue.revisions import Standing

CHECK, MIGRATIONS = "database", "migrations"

_SAMPLES = 20
_SLOW = 0.02  # seconds a query
_SOUND_SQLITE = (3, 51, 3)
_NO_QUORUM = 1047  # of a Galera node that lost sight of the others
_GATHER = "bring the other nodes of the cluster back, or name one that works"


def examine(settings: Settings) -> Iterator[Finding]:
    """Connect, and look at everything that only a connection shows."""
    url = engine.parse_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        yield _sqlite()
    if engine.in_memory(url):
        yield skipped(CHECK, "in memory: there is nothing to look at")
        return
    file = database_file.of(settings.database_url)
    if file is not None and not file.exists():
        found = failed if settings.profile == "production" else warning
        yield found(
            CHECK, f"there is no file {file} yet", "bienvenue db upgrade"
        )
        return
    try:
        with closing_engine(settings) as opened:
            yield from _connected(settings, opened)
    except DBAPIError as error:
        fix = _GATHER if _code(error) == _NO_QUORUM else _reach(url)
        yield failed(CHECK, f"cannot be used: {_reason(error)}", fix)
    except (BienvenueError, SQLAlchemyError) as error:
        yield failed(CHECK, str(error).partition("\n")[0], _reach(url))


@contextmanager
def closing_engine(settings: Settings) -> Iterator[Engine]:
    """Yield an engine on the database of the settings, and dispose of it."""
    opened = engine.make_engine(engine.parse_url(settings.database_url))
    try:
        yield opened
    finally:
        opened.dispose()


def _connected(settings: Settings, opened: Engine) -> Iterator[Finding]:
    reading = opened.execution_options(**{engine.READ_ONLY: True})
    with reading.connect() as connection:
        yield from _latency(connection)
        yield from servers.examine(connection)
        revision = schema.current(connection)
        yield _revision(revision)
        yield from clocks.examine(connection)
        usable = schema.standing_of(revision).usable
        if usable:
            yield from clocks.of_log(connection)
            yield from unverified(settings, connection)
            yield from letters.examine(connection)
    if usable:
        yield _write(opened)


def _sqlite() -> Finding:
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= _SOUND_SQLITE:
        return ok(CHECK, f"SQLite {version}")
    return warning(
        CHECK,
        f"SQLite {version} may damage its file, very seldom, when two"
        " processes write to its log at once (the WAL-reset bug, mended in"
        " 3.51.3)",
        "run a Python whose SQLite is 3.51.3 or newer; until then keep"
        " workers = 1, and make backups with `bienvenue db backup`",
    )


def _latency(connection: Connection) -> Iterator[Finding]:
    times = []
    for _ in range(_SAMPLES):
        start = perf_counter()
        connection.scalar(text("SELECT 1"))
        times.append(perf_counter() - start)
    usual = median(times)
    said = f"answers; {usual * 1000:.2f} ms a query"
    if usual > _SLOW:
        yield warning(
            CHECK,
            f"{said}, and each request asks at least once",
            "move the service and its database closer to each other",
        )
    else:
        yield ok(CHECK, said)


def _revision(found: str | None) -> Finding:
    standing = schema.standing_of(found)
    if standing is Standing.CURRENT:
        return ok(MIGRATIONS, f"up to date, revision {found}")
    if standing is Standing.AHEAD:
        return ok(MIGRATIONS, f"revision {found}, of a newer release")
    state = f"has revision {found}" if found else "is empty"
    beyond = standing is Standing.BEYOND
    return failed(
        MIGRATIONS,
        f"the database {state}; this release wants {schema.HEAD}",
        "run the release that made it" if beyond else "bienvenue db upgrade",
    )


def _write(opened: Engine) -> Finding:
    """Write a row that has no number of its own, so that none is used up."""
    name = f"doctor-{secret.new_token()[:8]}"
    row = {"strand": name, "sequence": 0, "mac": bytes(BYTES)}
    with closing(opened.connect()) as connection:
        try:
            connection.execute(insert(AuditHead).values(**row))
            found = connection.scalar(
                select(AuditHead.strand).where(AuditHead.strand == name)
            )
        except DBAPIError as error:
            return failed(
                CHECK,
                f"cannot be written to: {_reason(error)}",
                "let the account in database_url SELECT, INSERT, UPDATE and"
                " DELETE in every table, on the server that takes writes",
            )
        finally:
            connection.rollback()
    if found != name:
        return failed(
            CHECK,
            "what is written is not read back",
            "name a server in database_url that reads its own writes",
        )
    return ok(CHECK, "a row was written, read back and rolled back")


def _reach(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        return "see whose the file is, and that it is one of SQLite's"
    return (
        f"see that the server runs and listens at {_place(url)}, and that"
        " the user, the password and the name in database_url are right"
    )


def _place(url: URL) -> str:
    named = url.query.get("host") or url.query.get("unix_socket")
    if named:
        return named if isinstance(named, str) else " or ".join(named)
    port = f":{url.port}" if url.port else ""
    return f"{url.host or 'this machine'}{port}"


def _code(error: DBAPIError) -> object:
    parts = getattr(error.orig, "args", ())
    return parts[0] if parts else None


def _reason(error: DBAPIError) -> str:
    return str(error.orig).strip().partition("\n")[0]
