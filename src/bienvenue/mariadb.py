"""A connection to MariaDB: to the first living of several, and current.

PostgreSQL's client library finds one of several servers by itself; MariaDB's
clients do not, so it is done here, and no proxy is needed in front of a
Galera cluster.  What a connection to such a cluster has to be told is here
as well.
"""

import socket
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.engine import URL, Dialect

from bienvenue.errors import ConfigurationError

BACKENDS = ("mysql", "mariadb")
"""What SQLAlchemy calls it: the protocol is MySQL's."""

_PORT = 3306
# Only where another server is tried next: one alone may take its time.
_CONNECT_SECONDS = 2
# A server that is cut off acknowledges nothing and says nothing either.
_SILENT_SECONDS = 3
_SILENCE: int | None = getattr(socket, "TCP_USER_TIMEOUT", None)  # Linux's
_HELP = (
    "database_url: name several servers as"
    " mariadb://user:password@/name?host=one:3306&host=two:3306"
)
# Reads and writes wait until what was committed on any node before is here:
# a session that ended on one is dead on every other at once.  All of these:
# else a DELETE of a row that is not here yet would find none.
_CURRENT = "SET SESSION wsrep_sync_wait = 7"


class Host(NamedTuple):
    """A server's name, or its address, and its port."""

    name: str
    port: int


def hosts_of(url: URL) -> list[Host]:
    """Return the servers that a MySQL URL names as ``host=`` parameters.

    None where it has one server in the usual place, or a socket.  Raises
    ``ConfigurationError``.
    """
    named = url.query.get("host", ())
    hosts = [named] if isinstance(named, str) else list(named)
    if hosts and (url.host or "unix_socket" in url.query):
        raise ConfigurationError(f"{_HELP}, and none in another place")
    return [_host(text) for text in hosts]


def watch(engine: Engine, hosts: Sequence[Host]) -> None:
    """Have an engine find a server among these, and keep it current.

    The hosts are those of its URL, or none.
    """
    if hosts:
        event.listen(engine, "do_connect", _Finder(hosts))
    event.listen(engine, "connect", _stay_current)


def without_hosts(url: URL) -> URL:
    """Return a URL without the parameters that are read here."""
    return url.difference_update_query(["host"])


class _Finder:
    """Connects to the first of several servers that takes work."""

    def __init__(self, hosts: Sequence[Host]) -> None:
        self._hosts = hosts

    def __call__(
        self,
        dialect: Dialect,
        _record: object,
        arguments: Sequence[Any],
        options: Mapping[str, Any],
    ) -> Any:
        driver = dialect.loaded_dbapi
        chosen = {"connect_timeout": _CONNECT_SECONDS, **options}
        if dialect.driver == "pymysql":
            # Its limit for connecting does not hold for the greeting.
            chosen["read_timeout"] = chosen["connect_timeout"]
        last: Exception | None = None
        for host in self._hosts:
            try:
                found = dialect.connect(
                    *arguments,
                    **{**chosen, "host": host.name, "port": host.port},
                )
            except driver.OperationalError as error:
                last = error
                continue
            if _takes_work(found):
                return _settled(dialect, found, options)
            found.close()
            last = driver.OperationalError(1047, "no node is in a cluster")
        assert last is not None
        raise last


def _settled(
    dialect: Dialect, connection: Any, options: Mapping[str, Any]
) -> Any:
    """Give a connection the limits that its URL asks for.

    And have the system give up on a server that acknowledges no packet, as
    ``tcp_user_timeout`` of PostgreSQL's clients does, where it can be told.
    """
    if dialect.driver == "pymysql":
        asked = options.get("read_timeout")
        # PyMySQL says neither by a public name once it is connected.
        connection._read_timeout = asked  # noqa: SLF001 - see above
        held, option = connection._sock, _SILENCE  # noqa: SLF001 - see above
        if option is not None and isinstance(held, socket.socket):
            held.setsockopt(socket.IPPROTO_TCP, option, _SILENT_SECONDS * 1000)
    return connection


def _takes_work(connection: Any) -> bool:
    """Tell whether a server is alone by design, or part of a cluster.

    A Galera node that lost the others answers, and refuses every query.
    """
    if not _is_of_cluster(connection):
        return True
    return _said(connection, "SHOW STATUS LIKE 'wsrep_ready'") == "ON"


def _stay_current(connection: Any, _record: object) -> None:
    if _is_of_cluster(connection):
        _said(connection, _CURRENT)


def _is_of_cluster(connection: Any) -> bool:
    return _said(connection, "SHOW VARIABLES LIKE 'wsrep_on'") == "ON"


def _said(connection: Any, statement: str) -> str | None:
    """Return the value in the one row of a statement's answer, if any."""
    cursor = connection.cursor()
    try:
        cursor.execute(statement)
        row = cursor.fetchone()
    finally:
        cursor.close()
    return None if row is None else str(row[1])


def _host(text: str) -> Host:
    name, colon, port = text.rpartition(":")
    if not colon or (text.endswith("]") and text.startswith("[")):
        name, port = text, str(_PORT)
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    elif ":" in name:
        raise ConfigurationError(f"{_HELP}; an IPv6 address in brackets")
    if not name or not (port.isascii() and port.isdigit()):
        raise ConfigurationError(_HELP)
    if not 1 <= int(port) <= 65535:
        raise ConfigurationError(f"{_HELP}; a port is from 1 to 65535")
    return Host(name, int(port))
