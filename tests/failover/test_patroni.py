"""PostgreSQL's primary dies under load, and nothing acknowledged is lost.

``FAILOVER_SECONDS`` is how long each round lasts at least (8).
"""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bienvenue import DB
from bienvenue.engine import make_engine, parse_url
from deploy.patroni.cluster import Cluster
from tests.failover import patroni
from tests.failover.record import Report
from tests.http.client import new_address

pytestmark = pytest.mark.service("patroni")

SECONDS = float(os.environ.get("FAILOVER_SECONDS", patroni.SECONDS))


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    """One cluster for all rounds: they come one after the other."""
    with patroni.cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(made: Cluster) -> Cluster:
    """The cluster with all of its machines on."""
    patroni.heal(made)
    return made


@pytest.mark.parametrize("first", range(3))
def test_the_primary_is_found_wherever_it_stands(
    cluster: Cluster, first: int
) -> None:
    query = text("SELECT pg_is_in_recovery()")
    with DB(cluster.url_from(first)) as db:
        assert db.read(lambda unit: unit.scalar(query)) is False
        db.add_user(new_address(), "hash")


def test_a_silent_server_is_given_up_in_seconds(cluster: Cluster) -> None:
    """On loopback none is ever silent: what is asked for is all we see."""
    assert limits(cluster.url) == ("2", "3000", "2", "1", "3")
    wanted = f"{cluster.url}?connect_timeout=7&keepalives_idle=60"
    assert limits(wanted) == ("7", "3000", "60", "1", "3")


def limits(url: str) -> tuple[str | None, ...]:
    """Return what the driver was told of connections to this URL."""
    with closing(make_engine(parse_url(url)).raw_connection()) as connection:
        driver = connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        found = driver.info.get_parameters()
        connection.invalidate()
    return tuple(
        found.get(name)
        for name in (
            "connect_timeout",
            "tcp_user_timeout",
            "keepalives_idle",
            "keepalives_interval",
            "keepalives_count",
        )
    )


def test_a_server_that_dies_takes_nothing_with_it(
    cluster: Cluster, tmp_path: Path
) -> None:
    loses_nothing(patroni.database_killed(cluster, tmp_path, SECONDS))


def test_without_synchronous_replication_the_loss_is_found(
    cluster: Cluster, tmp_path: Path
) -> None:
    """The control: a proof that cannot fail would prove nothing."""
    report = patroni.losing_control(cluster, tmp_path, SECONDS)
    assert "a registration is gone" in report.lost
    assert "a session that began is gone" in report.lost


def test_a_machine_that_dies_takes_nothing_with_it(
    cluster: Cluster, tmp_path: Path
) -> None:
    loses_nothing(patroni.machine_killed(cluster, tmp_path, SECONDS))


def loses_nothing(report: Report) -> None:
    assert report.forbidden() == [], report
    assert report.accounts >= 10
