"""One really started service a worker, for all tests over HTTP."""

from collections.abc import Iterator

import pytest

from tests.http.client import Client
from tests.service import Service, started


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The development profile, as ``bienvenue dev`` starts it."""
    with started(tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    """A client of the service, without a session."""
    with Client(service.url) as one:
        yield one
