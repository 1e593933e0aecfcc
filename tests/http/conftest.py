"""One really started service a worker, for all tests over HTTP.

It keeps its accounts in SQLite; a file that is marked with other engines
runs on each of those as well.  One that is marked with ``nodes`` also meets
two services that share a PostgreSQL, behind a real nginx.
"""

from collections.abc import Iterator

import pytest

from tests.conftest import Servers
from tests.http.client import Client
from tests.service import Reachable, Service, started
from tests.services.nodes import development


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Start the service on the engines that a test is marked with."""
    if "service" not in metafunc.fixturenames:
        return
    marked = metafunc.definition.get_closest_marker("engine")
    engines = marked.args if marked else ("sqlite",)
    metafunc.parametrize("service", engines, indirect=True, scope="session")


@pytest.fixture(scope="session")
def service(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    servers: Servers,
) -> Iterator[Reachable]:
    """The development profile, as ``bienvenue dev`` starts it."""
    env = {}
    if request.param == "nodes":
        folder = tmp_path_factory.mktemp("nodes")
        with development(folder, servers("postgresql").fresh()) as nodes:
            yield nodes.front
        return
    if request.param != "sqlite":
        env["BIENVENUE_DATABASE_URL"] = servers(request.param).fresh()
    with started(tmp_path_factory.mktemp("service"), env=env) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    """A client of the service, without a session."""
    with Client(service.url, service.ca) as one:
        yield one
