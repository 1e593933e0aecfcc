"""What nearly every test needs: a database, and accounts in it.

Whatever asks for a database runs once on each engine.  A test that is about
one engine alone says so: ``@pytest.mark.engine("sqlite")``.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bienvenue import DB, Auth, Settings
from tests import database_servers
from tests.database_servers import Server
from tests.ran_on import (  # noqa: F401  hooks: the table at the end
    pytest_runtest_setup,
    pytest_runtest_teardown,
    pytest_terminal_summary,
)

ENGINES = ("sqlite", "postgresql", "mariadb")

Servers = Callable[[str], Server]

LONGEST = ("services", "failover", "browser", "proxies", "http", "security")
"""Folders whose files take long: what begins first does not end last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long ones first; a worker takes whole files, in this order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda one: places.get(one.path.parent.name, len(places)))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a database once on each engine."""
    if "url" not in metafunc.fixturenames:
        return
    only = metafunc.definition.get_closest_marker("engine")
    engines = only.args if only else ENGINES
    metafunc.parametrize("url", engines, indirect=True)


@pytest.fixture(autouse=True)
def _own_levels() -> Iterator[None]:
    """Whoever sets up the service's log does so for their own test."""
    loggers = [logging.getLogger(f"bienvenue{n}") for n in ("", ".audit")]
    levels = [logger.level for logger in loggers]
    yield
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """Starts a server when it is first asked for, one of a kind."""
    with ExitStack() as running:
        found: dict[str, Server] = {}

        def server(engine: str) -> Server:
            if engine not in found:
                start = getattr(database_servers, engine)
                found[engine] = running.enter_context(start())
            return found[engine]

        yield server


@pytest.fixture
def url(
    request: pytest.FixtureRequest, tmp_path: Path, servers: Servers
) -> str:
    """Names a database that is empty: a file, or one in a server."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'accounts.db'}"
    return servers(request.param).fresh()


@pytest.fixture
def another(url: str, tmp_path: Path, servers: Servers) -> str:
    """Names one more empty database, on the same engine."""
    engine = url.partition("+")[0]
    if engine in ENGINES:
        return servers(engine).fresh()
    return f"sqlite:///{tmp_path / 'another.db'}"


@pytest.fixture
def db(url: str) -> Iterator[DB]:
    """An open database."""
    with DB(url) as opened:
        yield opened


@pytest.fixture
def auth(db: DB) -> Auth:
    """The use cases over that database, with the cheapest hashes."""
    return Auth(db, Settings(bcrypt_rounds=4))
