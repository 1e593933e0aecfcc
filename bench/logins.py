"""Logins, and the bcrypt that is in them, from several threads at once."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from typing import NamedTuple

import bcrypt

from bench.answers import Client
from bench.login_lane import LoginLane
from bench.people import PASSWORD
from bench.servers import Failed

THREADS = 8


class Burst(NamedTuple):
    """So many, from the first's start to the last's end, in seconds."""

    done: int
    lasted: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.done / self.lasted


def raw(each: int) -> Burst:
    """Call ``bcrypt.checkpw`` at cost 12, each thread so many times."""
    password = PASSWORD.encode()
    hashed = bcrypt.hashpw(password, bcrypt.gensalt(12))

    def check(_number: int) -> None:
        if not bcrypt.checkpw(password, hashed):
            raise Failed("bcrypt does not know its own hash")

    return _burst([check] * THREADS, each)


def over_http(port: int, accounts: int, each: int) -> Burst:
    """Sign in over HTTP, each connection so many times.

    Every answer must be a 200 with a session, and the last session of each
    connection must be its account's.  Raises ``Failed``.
    """
    last: dict[int, tuple[str, str]] = {}
    with ExitStack() as stack:
        lanes = [stack.enter_context(LoginLane(port)) for _ in range(THREADS)]

        def one(number: int) -> Callable[[int], None]:
            def log_in(turn: int) -> None:
                email = f"u{(number * each + turn) % accounts}@example.com"
                last[number] = email, lanes[number].log_in(email)

            return log_in

        burst = _burst([one(number) for number in range(THREADS)], each)
    with closing(Client(port)) as client:
        for email, session_id in last.values():
            if email.encode() not in client.get(session_id).body:
                raise Failed("a login began a session of someone else")
    return burst


def _burst(lanes: list[Callable[[int], None]], each: int) -> Burst:
    took: list[float] = []
    failures: list[Exception] = []
    start = threading.Barrier(len(lanes) + 1)

    def run(act: Callable[[int], None]) -> None:
        start.wait()
        try:
            for number in range(each):
                began = time.perf_counter()
                act(number)
                took.append(time.perf_counter() - began)
        except Exception as error:  # noqa: BLE001 - raised by the caller
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in lanes]
    for thread in threads:
        thread.start()
    start.wait()
    began = time.perf_counter()
    for thread in threads:
        thread.join()
    lasted = time.perf_counter() - began
    if failures:
        raise Failed(f"a login failed: {failures[0]}")
    took.sort()
    p50, p99 = took[len(took) // 2], took[len(took) * 99 // 100]
    return Burst(len(took), lasted, p50, p99)
