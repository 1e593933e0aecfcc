"""Behind each proxy a node is killed, and nodes are replaced in turn.

``LOST_SECONDS`` is how long people use the service while one is killed (6).
"""

import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bienvenue import secret
from tests.failover.afterwards import losses
from tests.failover.load import Planned, use
from tests.failover.record import Record, Report
from tests.http.client import PROBLEM
from tests.http.together import send
from tests.proxies.conftest import settings
from tests.proxies.front import Front
from tests.proxies.nginx import Nginx
from tests.service import Service
from tests.services.ledger import Ledger
from tests.services.nodes import Nodes, behind, node

SECONDS = float(os.environ.get("LOST_SECONDS", "6"))
# In the form of the recipes' own, shorter.
DELAY = {"BIENVENUE_DRAIN_DELAY_SECONDS": "3"}


@pytest.fixture
def own(tmp_path: Path, kind: type[Front]) -> Iterator[Nodes]:
    """Two nodes and their proxy, to be treated badly."""
    env = {**settings(tmp_path), **DELAY}
    with behind(tmp_path, env, kind=kind) as running:
        yield running


def lived_through(
    nodes: Nodes, planned: Planned, seconds: float
) -> tuple[Report, list[str]]:
    """Let people use the service meanwhile; return what was lost, too."""
    ledger, record = Ledger(), Record()
    record.began = time.monotonic()
    use([nodes.front], ledger, record, [planned], seconds, people=4)
    report = record.report(sum(each.registered for each in ledger.accounts))
    report.lost = losses(nodes.front, ledger)
    return report, report.forbidden()


@pytest.mark.requirement("REL-1", "REL-2")
def test_a_node_is_killed(own: Nodes) -> None:
    """Some are told 503, and to come again; all goes on."""
    killed = Planned(SECONDS / 3, own.all[0].crash)
    report, forbidden = lived_through(own, killed, SECONDS)
    assert forbidden == []
    assert set(report.errors) <= {"503"}, own.front.said()
    assert report.acknowledged > 10, report
    assert report.gap < report.seconds / 2, report


def test_nodes_are_replaced_in_turn(own: Nodes, tmp_path: Path) -> None:
    """And no request fails."""
    env = {**own.front.settings(), **settings(tmp_path), **DELAY}

    with ExitStack() as block:

        def replace() -> None:
            for number, old in enumerate(own.all, start=1):
                leave(own.front, old)
                folder = tmp_path / f"node{number}"
                new = block.enter_context(node(folder, old.port, env))
                come(own.front)
                # The proxy has it in turn again.
                assert new.hears_error("authn_login_success")

        planned = Planned(1, replace)
        report, forbidden = lived_through(own, planned, SECONDS)
        assert forbidden == []
        assert report.errors == {}, own.front.said()
        assert report.acknowledged > 10, report


def leave(front: Front, old: Service) -> None:
    """Stop a node as it is written; nginx must be told of it before."""
    if isinstance(front, Nginx):
        place = re.compile(rf"(server [^ ]*:{old.port}) ")
        tell(front, place.sub(r"\1 down ", front.written()))
    assert old.stop() == 0, old.errors()


def come(front: Front) -> None:
    """Have all nodes used."""
    if isinstance(front, Nginx):
        tell(front, front.written().replace(" down ", " "))


def tell(front: Nginx, recipe: str) -> None:
    """Have nginx work by this recipe from here on."""
    front.write(recipe)
    front.reload()


def test_nobody_is_left(own: Nodes) -> None:
    """It is said in the service's own words, and the log tells no token."""
    token = secret.new_token()
    path = f"/reset_password?token={token}"
    assert send_page(own, path) < 500
    for each in own.all:
        each.crash()
    assert send_page(own, path) == 503
    found = send(own.front, "POST", "/sessions", {"email": "a@example.com"})
    assert found.status == 503
    assert found.body["code"] == "unavailable"
    said = own.front.said()
    assert "/reset_password" in said
    assert token not in said


def send_page(nodes: Nodes, path: str) -> int:
    """Open a page through the proxy and return its status."""
    link = nodes.front.connect()
    try:
        link.request("GET", path, headers={"Accept": "text/html"})
        answer = link.getresponse()
        answer.read()
        if answer.status == 503:
            assert answer.headers["Retry-After"] == "1"
            assert answer.headers["Content-Type"] == PROBLEM
        return answer.status
    finally:
        link.close()
