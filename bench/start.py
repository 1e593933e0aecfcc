"""How long it takes from the start of a program to its first answer."""

import http.client
import os
import select
import signal
import statistics
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from bench import checks
from bench.claims import Claim
from bench.machine import Share, Watch
from bench.rounds import Plan
from bench.servers import COMMANDS, Failed, environment, free_port

_PATIENCE = 30.0
_TURNS = 3


class Pair(NamedTuple):
    """Seconds to the first answer, one right after the other."""

    service: float
    bare: float
    disturbed: bool


def compare(plan: Plan) -> Claim:
    """Start the service and a bare application by turns, on all cores."""
    checks.sign_in(plan)
    cookie = plan.cookies.read_text().splitlines()[0]
    cores = sorted(os.sched_getaffinity(0))
    share = Share(cores, server=False, us=True, limit=0.05)
    pairs: list[Pair] = []
    for turn in range(plan.rounds * _TURNS + 1):
        with Watch(None, [share]) as watch:
            took = [
                first_answer(COMMANDS[target], plan.database, cookie)
                for target in ("door", "bare_sqlalchemy")
            ]
        if turn:  # the first reads the files
            pairs.append(Pair(took[0], took[1], watch.disturbed))
    return claim(pairs)


def claim(pairs: Sequence[Pair]) -> Claim:
    """Return how medians are to each other; disturbed pairs count last."""
    good = [pair for pair in pairs if not pair.disturbed]
    ours = statistics.median(pair.service for pair in good or pairs)
    bare = statistics.median(pair.bare for pair in good or pairs)
    note = f"{ours * 1e3:.0f} ms to {bare * 1e3:.0f} ms"
    return Claim("start", ours / bare, bool(good), note)


def first_answer(command: Sequence[str], database: Path, cookie: str) -> float:
    """Return the seconds until ``/profile`` answered 200.

    Raises ``Failed`` when it never does.
    """
    port = free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [part.format(port=port) for part in command],
        cwd=database.parent,
        env=environment(f"sqlite:///{database}"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _answers(port, cookie):
            late = time.perf_counter() - began > _PATIENCE
            if late or process.poll() is not None:
                raise Failed(f"{command[1:]} did not come to answer")
            select.select([], [], [], 0.002)
        return time.perf_counter() - began
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_PATIENCE)


def _answers(port: int, cookie: str) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
    try:
        link.request("GET", "/profile", headers={"Cookie": cookie})
        return link.getresponse().status == 200
    except OSError:
        return False
    finally:
        link.close()
