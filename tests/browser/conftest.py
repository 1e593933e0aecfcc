"""Services that are really started, and people with browsers.

A worker starts each service once; whoever needs an account makes one with
an address of its own.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from bienvenue import secret
from tests import ran_on
from tests.browser import chromium
from tests.browser.chromium import Person
from tests.service import Service, started
from tests.services.production import LIMITS
from tests.unmeasured import UNMEASURED

Arrive = Callable[..., Person]


# No wider: while Playwright runs, its thread has an event loop that other
# tests could not have beside their own.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium; each test has a context of its own in it."""
    with chromium.started() as found:
        yield found


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where ``dev`` runs, and has its database."""
    return tmp_path_factory.mktemp("dev")


@pytest.fixture(scope="session")
def dev(folder: Path) -> Iterator[Service]:
    """The service as `make run` starts it."""
    with started(folder, env=UNMEASURED) as service:
        yield service


@pytest.fixture(scope="session")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service with production's rules, on this machine."""
    env = {**LIMITS, **UNMEASURED, "BIENVENUE_REQUIRE_VERIFIED_EMAIL": ""}
    folder = tmp_path_factory.mktemp("strict")
    with started(folder, "--strict", env=env) as service:
        yield service


@pytest.fixture(params=[True, False], ids=["scripts", "plain"])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether the browser runs scripts: what asks for this, does both."""
    return bool(request.param)


@pytest.fixture
def arrive(browser: Browser) -> Iterator[Arrive]:
    """Makes people: ``arrive(service, scripts=False)``."""
    ran_on.note("chromium")
    people: list[Person] = []

    def person(service: Service, *, scripts: bool = True) -> Person:
        people.append(Person(browser, service.url, scripts=scripts))
        return people[-1]

    yield person
    for each in people:
        each.leave()


@pytest.fixture
def tab(arrive: Arrive, dev: Service, scripts: bool) -> Page:
    """A tab of somebody new, with scripts and without."""
    return arrive(dev, scripts=scripts).tab()


@pytest.fixture
def strict_tab(arrive: Arrive, strict: Service, scripts: bool) -> Page:
    """The same where production's rules hold."""
    return arrive(strict, scripts=scripts).tab()


@pytest.fixture
def email() -> str:
    """An address that nobody else has."""
    return f"bob-{secret.new_token()[:13]}@example.com"
