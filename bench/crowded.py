"""Session checks while others want much: logins, and slow clients.

Quiet stretches and crowded ones take turns on one server that may use all
cores, as a service may; the medians of their 99th percentiles are compared.
"""

import http.client
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from functools import partial
from itertools import count
from typing import NamedTuple

from bench import checks, logins, pacer
from bench.claims import Claim
from bench.machine import Share, Watch
from bench.people import PASSWORD
from bench.rounds import Plan
from bench.servers import Failed, started

SLOW_CLIENTS = 500
TWICE = 2.0
"""How many times its capacity the flood of logins is."""

_HEADERS = {"Content-Type": "application/json"}


class Stretch(NamedTuple):
    """The 99th percentile alone and in a crowd, in seconds."""

    quiet: float
    crowded: float
    disturbed: bool


Crowd = Callable[[int], AbstractContextManager[object]]


def in_flood(plan: Plan) -> Claim:
    """Measure beside twice as many logins as all cores can hash."""
    capacity = _capacity(plan)

    def crowd(port: int) -> AbstractContextManager[object]:
        return flood(port, capacity * TWICE, plan.accounts)

    found = _alternate(plan, crowd)
    return claim("flood", found, f"{capacity * TWICE:.0f} logins a second")


def beside_slow_clients(plan: Plan) -> Claim:
    """Measure beside clients that never come to the point."""
    from tests.services.slow_clients import Crowd as SlowClients

    found = _alternate(plan, lambda port: SlowClients(port, SLOW_CLIENTS))
    return claim("slow", found, "")


def claim(aim: str, found: list[Stretch], note: str) -> Claim:
    """Return how medians are to each other; disturbed ones count last."""
    good = [one for one in found if not one.disturbed]
    quiet = statistics.median(one.quiet for one in good or found)
    crowded = statistics.median(one.crowded for one in good or found)
    words = f"{quiet * 1e3:.1f} ms, then {crowded * 1e3:.1f} ms"
    said = f"{note}: {words}" if note else words
    return Claim(aim, crowded / quiet, bool(good), said)


def _alternate(plan: Plan, crowd: Crowd) -> list[Stretch]:
    checks.sign_in(plan)
    everything = sorted(os.sched_getaffinity(0))
    found = []
    seconds = max(2, plan.seconds * 4)
    share = Share(everything, server=True, us=True, limit=0.04)
    with started("door", plan.database, everything) as server:
        pacer.ask(server.port, 1, plan.cookies)  # warms up
        for number in range(plan.rounds):
            # The same chance for both, and another one for each round.
            ask = partial(pacer.ask, server.port, seconds, plan.cookies)
            with Watch(server.pid, [share]) as watch:
                alone = ask(seed=number)
                with crowd(server.port):
                    beside = ask(seed=number)
            found.append(Stretch(alone.p99, beside.p99, watch.disturbed))
            _tell(found[-1])
    return found


def _capacity(plan: Plan) -> float:
    """Return how many hashes a second all cores manage."""
    return logins.raw(max(1, plan.each // 4)).rate


@contextmanager
def flood(port: int, rate: float, accounts: int) -> Iterator[list[int]]:
    """Send logins at a pace while the block lasts, whatever comes back.

    Each has a thread and a connection, and its password is right.  Gives
    the list of the answers' statuses, which grows.  Raises ``Failed`` when
    an answer is neither a login nor a refusal of the overload.
    """
    over, answers = threading.Event(), list[int]()
    threads: list[threading.Thread] = []

    def send() -> None:
        began = time.perf_counter()
        for number in count():
            pause = began + number / rate - time.perf_counter()
            if over.wait(max(0.0, pause)):
                return
            threads.append(
                threading.Thread(
                    target=_log_in, args=(port, number % accounts, answers)
                )
            )
            threads[-1].start()

    sender = threading.Thread(target=send)
    sender.start()
    over.wait(1.0)  # until the queue is as long as it gets
    try:
        yield answers
    finally:
        over.set()
        sender.join()
        for thread in threads:
            thread.join()
    strange = set(answers) - {200, 429, 503}
    if strange or 200 not in answers:
        raise Failed(f"the flood was answered {sorted(set(answers))}")


def _log_in(port: int, number: int, answers: list[int]) -> None:
    body = {"email": f"u{number}@example.com", "password": PASSWORD}
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    with closing(link):
        try:
            link.request("POST", "/sessions", json.dumps(body), _HEADERS)
            answer = link.getresponse()
            answer.read()
            answers.append(answer.status)
        except OSError:
            answers.append(0)


def _tell(one: Stretch) -> None:
    """Show on standard error that something happens."""
    words = f"{one.quiet * 1e3:.1f} ms, crowded {one.crowded * 1e3:.1f} ms"
    print(f"p99 {words}", file=sys.stderr)
