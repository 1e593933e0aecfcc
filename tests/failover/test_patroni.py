"""PostgreSQL's primary dies under load, and nothing acknowledged is lost.

``FAILOVER_SECONDS`` is how long each round lasts at least (12).
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from bienvenue import DB
from deploy.patroni.cluster import Cluster
from tests.failover import patroni
from tests.failover.patroni import Round
from tests.http.client import new_address

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


@pytest.mark.parametrize(
    "happens", [patroni.database_killed, patroni.machine_killed]
)
def test_a_failover_loses_nothing_that_was_acknowledged(
    cluster: Cluster, tmp_path: Path, happens: Round
) -> None:
    report = happens(cluster, tmp_path, SECONDS)
    assert report.forbidden() == []
    assert report.errors, "nobody noticed: was it under load?"
    assert report.accounts >= 10


def test_without_synchronous_replication_the_loss_is_found(
    cluster: Cluster, tmp_path: Path
) -> None:
    """The control: a proof that cannot fail would prove nothing."""
    report = patroni.losing_control(cluster, tmp_path, SECONDS)
    assert "a registration is gone" in report.lost
