"""How long a normal client waits, alone and beside a crowd of slow ones."""

import json
import math
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection
from statistics import median

from tests.http.client import new_address
from tests.services.ledger import PASSWORD
from tests.services.slow_clients import Crowd

AT_MOST = 3.0
"""Times as long as alone that a client may wait beside the crowd."""

_CHECKS, _REGISTRATIONS = 200, 6
_BLOCKS = 7


@dataclass(frozen=True)
class Waits:
    """The 99th percentile of session checks, and of registrations, in s."""

    check: float
    registration: float


@dataclass(frozen=True)
class Normal:
    """A client that is signed in, and how long it waits before it leaves."""

    port: int
    session_id: str
    timeout: float = 30.0

    def waits(self) -> Waits:
        """Ask many times, and return what almost all were answered in.

        Whoever is not answered at all waited for ever.
        """
        link = HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        cookie = {"Cookie": f"session_id={self.session_id}"}
        kind = {"Content-Type": "application/json"}

        def register() -> None:
            body = {"email": new_address(), "password": PASSWORD}
            link.request("POST", "/users", json.dumps(body), kind)

        with closing(link):
            return Waits(
                _percentile(
                    link,
                    lambda: link.request("GET", "/profile", headers=cookie),
                    _CHECKS,
                ),
                _percentile(link, register, _REGISTRATIONS),
            )


def assert_served(client: Normal, crowd: int, attempts: int = 3) -> None:
    """See that a crowd of slow clients takes nothing from a normal one.

    Blocks alone and beside the crowd alternate, and the medians of their
    percentiles are compared: what slows the machine down for a moment slows
    few blocks, and both kinds.  A service that gives slow clients its
    threads fails every attempt, so one that passes is enough.
    """
    found = []
    for _ in range(attempts):
        found.append(_compare(client, crowd))
        if max(found[-1]) <= AT_MOST:
            return
    raise AssertionError(f"times as long as alone: {found}")


def _compare(client: Normal, crowd: int) -> tuple[float, float]:
    """Return how many times as long checks and registrations take."""
    alone, beside = [], []
    client.waits()  # warm
    for _ in range(_BLOCKS):
        alone.append(client.waits())
        with Crowd(client.port, crowd) as held:
            beside.append(client.waits())
            assert all(each.lasted is None for each in held.clients)
        if beside[-1].check == math.inf:
            break
    return (
        median(each.check for each in beside)
        / median(each.check for each in alone),
        median(each.registration for each in beside)
        / median(each.registration for each in alone),
    )


def _percentile(
    link: HTTPConnection, ask: Callable[[], None], count: int
) -> float:
    taken = []
    for _ in range(count):
        began = time.perf_counter()
        try:
            ask()
            answer = link.getresponse()
            answer.read()
        except TimeoutError:
            link.close()
            return math.inf
        taken.append(time.perf_counter() - began)
        assert answer.status == 200
    return sorted(taken)[math.ceil(count * 0.99) - 1]
