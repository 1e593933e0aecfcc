"""Behind a proxy, a node dies or the database does: nothing is lost.

``LOST_SECONDS`` is how long people use the service in each (10).
"""

import os
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import pytest

from tests import redis_server
from tests.database_servers import Server, postgresql
from tests.failover.afterwards import losses
from tests.failover.load import Planned, use
from tests.failover.record import Record, Report
from tests.services.ledger import Ledger
from tests.services.nodes import Nodes, behind, settings
from tests.services.post import Post
from tests.smtp import listening

pytestmark = pytest.mark.service("nginx", "postgresql")

SECONDS = float(os.environ.get("LOST_SECONDS", "10"))


class Running(NamedTuple):
    """Two nodes behind nginx, and their database's server."""

    nodes: Nodes
    server: Server


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """Both nodes run, on a PostgreSQL of their own."""
    with ExitStack() as block:
        server = block.enter_context(postgresql())
        redis = block.enter_context(redis_server.started())
        post = Post()
        block.enter_context(listening(post))
        env = settings(server.fresh(), redis.url, post)
        nodes = block.enter_context(behind(tmp_path, env))
        yield Running(nodes, server)


def lived_through(nodes: Nodes, plan: list[Planned]) -> Report:
    """Let people use the service meanwhile; look for what was lost."""
    ledger, record = Ledger(), Record()
    record.began = time.monotonic()
    use([nodes.front], ledger, record, plan, SECONDS, people=6)
    report = record.report(sum(each.registered for each in ledger.accounts))
    report.lost = losses(nodes.front, ledger)
    return report


@pytest.mark.requirement("REL-1", "REL-2")
def test_a_node_is_killed(running: Running) -> None:
    """Whoever it was answering is told to come again, and nobody else."""
    victim = running.nodes.all[0]
    killed = Planned(SECONDS / 3, victim.crash)
    report = lived_through(running.nodes, [killed])
    assert report.forbidden() == []
    assert set(report.errors) <= {"503"}
    assert report.acknowledged > 10, report
    assert report.gap < report.seconds / 2, report


@pytest.mark.requirement("REL-1", "REL-2")
def test_the_database_is_restarted(running: Running) -> None:
    """Every connection is cut at once; the nodes find it again."""
    restarted = Planned(SECONDS / 3, running.server.restart)
    report = lived_through(running.nodes, [restarted])
    assert report.forbidden() == []
    assert set(report.errors) <= {"503"}
    assert report.acknowledged > 10, report
    for node in running.nodes.all:
        assert "Traceback" not in node.errors()
