"""Several MariaDB servers in one URL: which is used, and when another is."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bienvenue import DB, mariadb
from bienvenue.engine import parse_url
from bienvenue.errors import ConfigurationError, DatabaseUnavailable
from bienvenue.mariadb import Host
from tests.cut_connections import Forwarder
from tests.service import free_port

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("host=a:1&host=b:2", [Host("a", 1), Host("b", 2)]),
        ("host=a", [Host("a", 3306)]),
        ("host=[::1]:4&host=[::2]", [Host("::1", 4), Host("::2", 3306)]),
        ("charset=utf8mb4", []),
        ("unix_socket=/run/s", []),
    ],
)
def test_servers_are_named_as_parameters(
    query: str, found: list[Host]
) -> None:
    url = parse_url(f"mysql://me:{SECRET}@/accounts?{query}")
    assert mariadb.hosts_of(url) == found
    assert "host" not in mariadb.without_hosts(url).query
    assert mariadb.hosts_of(mariadb.without_hosts(url)) == []


@pytest.mark.parametrize(
    "place",
    [
        "one/accounts?host=two",
        "/accounts?host=one&unix_socket=/run/s",
        "/accounts?host=:3306",
        "/accounts?host=one:",
        "/accounts?host=one:port",
        "/accounts?host=one:0",
        "/accounts?host=one:65536",
        "/accounts?host=::1",
    ],
)
def test_a_slip_is_refused_and_nothing_repeated(place: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^database_url: ") as caught:
        parse_url(f"mariadb://me:{SECRET}@{place}")
    assert SECRET not in str(caught.value)


def test_postgresql_reads_its_own() -> None:
    url = parse_url("postgresql://u:p@/d?host=a:1&host=b:2")
    assert url.query["host"] == ("a:1", "b:2")


@pytest.fixture
def two(url: str) -> Iterator[tuple[str, Forwarder, Forwarder]]:
    """A database that two servers lead to, and both of them."""
    found = make_url(url)
    ports = [free_port(), free_port()]
    server = Path(str(found.query["unix_socket"]))
    first, second = (Forwarder(port, server) for port in ports)
    named = "&".join(f"host=127.0.0.1:{port}" for port in ports)
    yield (
        f"mariadb://root@/{found.database}?{named}&charset=utf8mb4",
        first,
        second,
    )
    first.leave()
    second.leave()


@pytest.mark.engine("mariadb")
def test_the_first_living_server_is_used(
    two: tuple[str, Forwarder, Forwarder],
) -> None:
    url, first, second = two
    with DB(url) as db:
        user = db.add_user("bob@example.com", "a hash")
        assert db.check_session("no such session") is None
        assert first.met > 0
        assert second.met == 0
        first.leave()
        db.update_user(user.id, session_id="a session")
        assert db.check_session("a session") is not None
        assert second.met > 0
        first.back()
        second.leave()
        db.update_user(user.id, session_id=None)
        assert db.check_session("a session") is None


@pytest.mark.engine("mariadb")
def test_a_server_that_says_nothing_is_passed_over(
    two: tuple[str, Forwarder, Forwarder],
) -> None:
    """It takes connections and never answers, as a machine that hangs."""
    url, first, second = two
    first.leave()
    with socket.create_server(("127.0.0.1", port_of(url))), DB(url) as db:
        assert db.add_user("bob@example.com", "a hash").id
        assert second.met > 0


def port_of(url: str) -> int:
    return mariadb.hosts_of(parse_url(url))[0].port


def test_none_that_lives_is_one_error() -> None:
    named = "&".join(f"host=127.0.0.1:{free_port()}" for _ in range(2))
    with pytest.raises(DatabaseUnavailable, match="Can't connect"):
        DB(f"mariadb://me:{SECRET}@/accounts?{named}")
