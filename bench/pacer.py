"""Ask as a crowd does: the program ``python -m bench.pacer``.

It takes a port, seconds, how many questions a second, a file of Cookie
headers, and the seed of its chance.  How long an answer took is counted from
when its question was due, so that one that comes late cannot hide those that
had to wait behind it.

Questions come by chance (a Poisson process), the same for the same seed.  At
even steps they would fall in with the system's own clock, which ticks 250
times a second on many machines: whoever waits for the next tick then waits
equally long each time, by luck a moment or four milliseconds.
"""

import http.client
import json
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from bench.load import PATH
from bench.servers import ROOT, Failed

RATE = 250
"""Session checks a second: some hundred people at work."""

_LANES = 8
_LATE = 30.0


class Pace(NamedTuple):
    """How long the answers took, in seconds, the quickest first."""

    took: list[float]

    @property
    def p99(self) -> float:
        """How long one took that 99 of 100 were faster than."""
        return self.took[len(self.took) * 99 // 100]

    @property
    def p50(self) -> float:
        """How long one took that half of them were faster than."""
        return self.took[len(self.took) // 2]


class _Lane(threading.Thread):
    """One connection: asks what is due next, again and again.

    ``due`` and ``cookies`` are all lanes' own: to take the next of either
    is one step to the interpreter.
    """

    def __init__(
        self, port: int, due: Iterator[float], cookies: Iterator[str]
    ) -> None:
        super().__init__(daemon=True)
        self._port, self._due, self._cookies = port, due, cookies
        self.took: list[float] = []
        self.errors = 0

    def run(self) -> None:
        link = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=_LATE
        )
        clock, wait = time.perf_counter, threading.Event().wait
        for due in self._due:
            wait(max(0.0, due - clock()))
            try:
                cookie = next(self._cookies)
                link.request("GET", PATH, headers={"Cookie": cookie})
                answer = link.getresponse()
                answer.read()
                self.errors += answer.status != 200
            except OSError:
                link.close()
                self.errors += 1
            self.took.append(clock() - due)
        link.close()


def main(port: str, seconds: str, rate: str, file: str, seed: str) -> None:
    """Ask, and print how long each answer took."""
    cookies = cycle(Path(file).read_text().splitlines())
    begin, many = time.perf_counter() + 0.1, int(float(seconds) * float(rate))
    due = iter(arrivals(begin, many, float(rate), int(seed)))
    lanes = [_Lane(int(port), due, cookies) for _ in range(_LANES)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    took = [round(each, 6) for lane in lanes for each in lane.took]
    print(json.dumps([sum(lane.errors for lane in lanes), took]))


def arrivals(at: float, many: int, rate: float, seed: int) -> list[float]:
    """Return when so many come, from a time on, by the chance of a seed."""
    chance, times = random.Random(seed), []  # noqa: S311 - of no secret
    for _ in range(many):
        at += chance.expovariate(rate)
        times.append(at)
    return times


def ask(
    port: int, seconds: int, cookies: Path, rate: int = RATE, seed: int = 0
) -> Pace:
    """Run the program beside this one; return what it found.

    Raises ``Failed`` when an answer was an error.
    """
    asked = list(map(str, (port, seconds, rate, cookies, seed)))
    done = subprocess.run(
        [sys.executable, "-m", "bench.pacer", *asked],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise Failed(f"the pacer failed: {done.stderr.strip()[-300:]}")
    errors, took = json.loads(done.stdout)
    if errors or not took:
        raise Failed(f"{errors} of {len(took)} answers were errors")
    return Pace(sorted(took))


if __name__ == "__main__":
    main(*sys.argv[1:])
