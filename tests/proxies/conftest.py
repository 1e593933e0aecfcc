"""Two nodes in production behind each of the proxies, in turn."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.http.client import Client
from tests.proxies.caddy import Caddy
from tests.proxies.front import Front
from tests.proxies.haproxy import HAProxy
from tests.proxies.nginx import Nginx
from tests.services.nodes import Nodes, behind
from tests.services.production import LIMITS
from tests.unmeasured import unmeasured  # noqa: F401  a fixture, for all here

KINDS = (Nginx, Caddy, HAProxy)


def settings(folder: Path) -> dict[str, str]:
    """Return the settings of nodes that share a database file."""
    return {
        **LIMITS,
        "BIENVENUE_SECRET_KEY": "k" * 32,
        "BIENVENUE_DATABASE_URL": f"sqlite:///{folder / 'shared.db'}",
        "BIENVENUE_BCRYPT_ROUNDS": "10",
        "BIENVENUE_MAIL": "off",
    }


@pytest.fixture(scope="module", params=KINDS, ids=lambda kind: kind.name)
def kind(request: pytest.FixtureRequest) -> type[Front]:
    """Which proxy it is."""
    found: type[Front] = request.param
    return found


@pytest.fixture(scope="module")
def nodes(
    tmp_path_factory: pytest.TempPathFactory, kind: type[Front]
) -> Iterator[Nodes]:
    """Both nodes and the proxy; nobody ends them before the last test."""
    folder = tmp_path_factory.mktemp(kind.name)
    with behind(folder, settings(folder), kind=kind) as running:
        yield running


@pytest.fixture
def client(nodes: Nodes) -> Iterator[Client]:
    """A client of the proxy."""
    with Client(nodes.front.url, nodes.front.ca) as one:
        yield one
