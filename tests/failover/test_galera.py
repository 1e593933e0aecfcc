"""A Galera node dies under load, and nothing acknowledged is lost.

``FAILOVER_SECONDS`` is how long each round lasts at least (12).
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.galera.cluster import Cluster
from tests.failover import galera
from tests.failover.galera import Round

SECONDS = float(os.environ.get("FAILOVER_SECONDS", galera.SECONDS))


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    """One cluster for all rounds: they come one after the other."""
    with galera.cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(made: Cluster) -> Cluster:
    """The cluster with all of its nodes on."""
    galera.heal(made)
    return made


@pytest.mark.parametrize("happens", galera.ROUNDS.values())
def test_a_node_that_dies_takes_nothing_with_it(
    cluster: Cluster, tmp_path: Path, happens: Round
) -> None:
    report = happens(cluster, tmp_path, SECONDS)
    assert report.forbidden() == [], report
    assert report.accounts >= 5
    assert report.gap < report.seconds / 2, report
