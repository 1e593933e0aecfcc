"""Slow clients are cut, and until then nobody else waits for them.

``SLOW_CLIENTS`` (500) is how many there are.
"""

import os
from collections.abc import Iterator

import pytest

from tests.http.client import NOBODYS, Client
from tests.service import Service, started
from tests.services.few_threads import serving
from tests.services.patience import Normal, assert_served
from tests.services.slow_clients import KINDS, Crowd

COUNT = int(os.environ.get("SLOW_CLIENTS", "500"))
CUT_WITHIN = 60.0


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as ``bienvenue dev`` starts it: one process."""
    with started(tmp_path_factory.mktemp("slow")) as running:
        yield running


@pytest.mark.requirement("REL-6", "V15.4.4")
def test_others_do_not_wait_for_slow_clients(service: Service) -> None:
    with Client(service.url) as client:
        session_id = client.log_in(client.register())
    assert_served(Normal(service.port, session_id), COUNT)


def test_a_server_that_waits_for_slow_clients_is_noticed() -> None:
    with serving() as port:
        client = Normal(port, NOBODYS, timeout=2.0)
        with pytest.raises(AssertionError, match="times as long"):
            assert_served(client, COUNT, attempts=1)


@pytest.mark.requirement("REL-6")
def test_slow_clients_are_cut(service: Service) -> None:
    with Crowd(service.port, COUNT) as crowd:
        assert crowd.wait(CUT_WITHIN)
    for kind in KINDS:
        lasted = [
            each.lasted for each in crowd.clients if each.kind == kind
        ]
        assert len(lasted) == COUNT // len(KINDS)
        assert all(each is not None and each < CUT_WITHIN for each in lasted)
