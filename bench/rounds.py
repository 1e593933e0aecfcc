"""Interleaved rounds: A B C, A B C, ...; what others disturbed is redone."""

import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol

from bench import load, logins
from bench.machine import Share, Watch, busy_seconds
from bench.servers import Server, started

RAW, LOGIN = "bcrypt", "login"
_SETTLING = 0.25


class Result(Protocol):
    """What a load or a burst of logins tells."""

    @property
    def rate(self) -> float:
        """How many a second."""
        ...

    @property
    def lasted(self) -> float:
        """How long all of it took, in seconds."""
        ...

    @property
    def p50(self) -> float:
        """How long one took that half of them were faster than."""
        ...

    @property
    def p99(self) -> float:
        """How long one took that 99 of 100 were faster than."""
        ...


@dataclass(frozen=True)
class Sample:
    """One measurement; times in seconds, ``cpu`` is for each answer."""

    what: str
    rate: float
    p50: float
    p99: float
    cpu: float
    foreign: float
    disturbed: bool

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON will have it."""
        return {
            name: round(value, 7) if isinstance(value, float) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Target:
    """A server, and what it is asked for: names of samples, and paths.

    ``cookies`` is a file of Cookie headers; ``name``, ``url``, ``env`` and
    ``command`` are those of ``servers.started``.
    """

    name: str
    questions: Mapping[str, str]
    cookies: Path
    url: str | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    command: Sequence[str] | None = None

    def started(
        self, plan: "Plan", cores: Sequence[int]
    ) -> AbstractContextManager[Server]:
        """Return the server, which runs while a block lasts."""
        return started(
            self.name, plan.database, cores, self.url, self.env, self.command
        )


@dataclass
class Plan:
    """How long, how often, on what, and how patiently.

    ``patience`` is the time in seconds that is left for redoing rounds and
    waiting for others; it is used up.
    """

    database: Path
    cookies: Path
    accounts: int
    cores: tuple[int, int]
    rounds: int
    seconds: int
    each: int
    patience: float
    tries: int = 3
    warm: bool = True


class Rounds:
    """Takes the samples of a plan."""

    def __init__(self, plan: Plan, beside: Sequence[int] = ()) -> None:
        """Take the plan, and the processes that work for what is asked."""
        self._plan, self._beside = plan, beside
        server, client = plan.cores
        self._apart = [
            Share([server], server=True, us=False, limit=0.05),
            # The load generator does not fill its core.
            Share([client], server=False, us=True, limit=0.25),
        ]
        everything = sorted(os.sched_getaffinity(0))
        self._together = [Share(everything, server=True, us=True, limit=0.04)]
        self._everything = everything

    def checks(self, targets: Sequence[Target]) -> list[Sample]:
        """Ask every target everything in each round."""
        plan = self._plan
        with on_core(plan.cores[1]):
            return [
                sample
                for _ in range(plan.rounds)
                for target in targets
                for sample in self._check(target)
            ]

    def logins(self) -> list[Sample]:
        """Measure raw bcrypt and logins, one after the other, each round."""
        each, accounts = self._plan.each, self._plan.accounts
        samples = []
        for _ in range(self._plan.rounds):
            samples.append(self._login(RAW, lambda _: logins.raw(each)))
            samples.append(
                self._login(
                    LOGIN,
                    lambda port: logins.over_http(port, accounts, each),
                )
            )
        return samples

    def _check(self, target: Target) -> Iterator[Sample]:
        plan = self._plan
        server_core, core = plan.cores
        with target.started(plan, [server_core]) as server:
            for what, path in target.questions.items():

                def take(seconds: int, path: str = path) -> Result:
                    return load.ask(
                        server.port, target.cookies, seconds, core, path
                    )

                if plan.warm:
                    take(1)
                yield self._quietly(
                    what, server, self._apart, lambda: take(plan.seconds)
                )

    def _login(self, what: str, burst: Callable[[int], Result]) -> Sample:
        running = (
            started("door", self._plan.database, self._everything)
            if what == LOGIN
            else nullcontext(None)
        )
        with running as server:
            port = server.port if server else 0
            if server and self._plan.warm:
                logins.over_http(port, self._plan.accounts, 1)
            return self._quietly(
                what, server, self._together, lambda: burst(port)
            )

    def _quietly(
        self,
        what: str,
        server: Server | None,
        shares: Sequence[Share],
        take: Callable[[], Result],
    ) -> Sample:
        """Measure, again while it was disturbed, and return the best."""
        samples: list[Sample] = []
        for _ in range(self._plan.tries):
            began = time.monotonic()
            self._settle()
            pid = server.pid if server else None
            with Watch(pid, shares, self._beside) as watch:
                got = take()
            cpu = watch.server_seconds if pid else watch.own_seconds
            samples.append(
                Sample(
                    what,
                    got.rate,
                    got.p50,
                    got.p99,
                    cpu / (got.rate * got.lasted),
                    max(watch.foreign),
                    watch.disturbed,
                )
            )
            if len(samples) > 1:
                self._plan.patience -= time.monotonic() - began
            _tell(samples[-1])
            if not watch.disturbed or self._plan.patience <= 0:
                break
        return min(samples, key=lambda one: (one.disturbed, one.foreign))

    def _settle(self) -> None:
        """Wait until others leave the cores alone, within our patience."""
        while True:
            before = sum(busy_seconds().values())
            select.select([], [], [], _SETTLING)
            used = sum(busy_seconds().values()) - before
            if used < 0.1 * _SETTLING or self._plan.patience <= 0:
                return
            self._plan.patience -= _SETTLING


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """Keep this process, and what it starts, on one core for a block."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _tell(one: Sample) -> None:
    """Show on standard error that something happens."""
    note = f"  others took {one.foreign:.0%}" if one.disturbed else ""
    print(f"{one.what:20}{one.rate:10,.1f}/s{note}", file=sys.stderr)
