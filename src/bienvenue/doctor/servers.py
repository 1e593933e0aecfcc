"""What a database server says of itself: its version, what it promises."""

from collections.abc import Iterator

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from bienvenue.doctor.finding import Finding, ok, warning

CHECK = "database"

# The oldest that the tests have run on.
_POSTGRESQL, _MARIADB = (15,), (10, 11)
_QUORUM = 3  # nodes: with one lost, the others are still a majority


def examine(connection: Connection) -> Iterator[Finding]:
    """Look at version, durability and encryption of the connection."""
    match connection.dialect.name:
        case "postgresql":
            yield _version(connection, "PostgreSQL", _POSTGRESQL)
            yield from _postgresql(connection)
        case "mysql" | "mariadb":
            yield _version(connection, "MariaDB or MySQL", _MARIADB)
            yield from _mariadb(connection)
        case _:
            return


def _version(
    connection: Connection, name: str, oldest: tuple[int, ...]
) -> Finding:
    found = connection.dialect.server_version_info or ()
    shown = ".".join(str(part) for part in found[:3])
    said = f"{name} {shown}"
    if tuple(found[: len(oldest)]) >= oldest:
        return ok(CHECK, said)
    wanted = ".".join(map(str, oldest))
    return warning(
        CHECK,
        f"{said}, older than any that this release was tested on",
        f"upgrade the server to {wanted} or newer",
    )


def _postgresql(connection: Connection) -> Iterator[Finding]:
    for name in ("fsync", "full_page_writes", "synchronous_commit"):
        if _value(connection, f"SHOW {name}") == "off":
            yield _forgetful(name, f"ALTER SYSTEM SET {name} = on")
    encrypted = _value(
        connection,
        "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    )
    far = _value(connection, "SELECT host(inet_server_addr())")
    if encrypted is False and far not in (None, "127.0.0.1", "::1"):
        yield _readable("sslmode=verify-full")


def _mariadb(connection: Connection) -> Iterator[Finding]:
    name = "innodb_flush_log_at_trx_commit"
    if _value(connection, f"SELECT @@{name}") not in (1, None):
        yield _forgetful(name, f"SET GLOBAL {name} = 1")
    yield from _galera(connection)
    found = connection.execute(text("SHOW STATUS LIKE 'Ssl_cipher'")).first()
    url = connection.engine.url
    near = "unix_socket" in url.query or url.host in (
        None,
        "localhost",
        "127.0.0.1",
        "::1",
    )
    if found is not None and not found[1] and not near:
        yield _readable("ssl_ca=/etc/ssl/database-ca.pem")


def _galera(connection: Connection) -> Iterator[Finding]:
    """Look at the cluster that a MariaDB is a node of, if it is one."""
    if _value(connection, "SELECT @@wsrep_on") not in (1, "1", "ON"):
        return
    rows = connection.execute(text("SHOW STATUS LIKE 'wsrep_%'"))
    status = {str(name).lower(): str(value) for name, value, *_ in rows}
    size = int(status.get("wsrep_cluster_size", "0"))
    if size < _QUORUM:
        yield warning(
            CHECK,
            f"the Galera cluster has {_count(size)}: when one fails, what is"
            " left may refuse to work",
            f"bring it to {_QUORUM} nodes",
        )
    else:
        yield ok(CHECK, f"a Galera cluster of {_count(size)}")


def _count(nodes: int) -> str:
    return "one node" if nodes == 1 else f"{nodes} nodes"


def _forgetful(name: str, statement: str) -> Finding:
    return warning(
        CHECK,
        f"{name} is off: a power cut may lose what was acknowledged, an"
        " ended session or a changed password",
        f"{statement}, in the server's configuration too",
    )


def _readable(parameter: str) -> Finding:
    return warning(
        CHECK,
        "the connection is not encrypted: password hashes cross the network",
        f"add {parameter} to database_url",
    )


def _value(connection: Connection, question: str) -> object:
    """Return what the server answers, or None where it does not tell."""
    try:
        with connection.begin_nested():
            return connection.scalar(text(question))
    except DBAPIError:
        return None
