"""Whether a million users are answered as fast as a thousand.

Two databases of one kind are filled and asked by turns, so that what else
the machine does disturbs both alike.  Then a working day is done in the
large one: what each step takes in time and memory, and how the engine runs
each of its statements.
"""

import os
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from bench import bulk, crowd, load, machine, people, plans
from bench.crowd import Crowd
from bench.servers import Failed, started
from bench.workday import Workday
from bienvenue import by_address
from bienvenue.auth import Auth
from bienvenue.config import Settings
from bienvenue.db import DB

FEW = 1000
_SPREAD = 2_654_435_761  # prime: its multiples meet everybody, in no order
_COOKIES = 20_000
_WARM = 100


class Plan(NamedTuple):
    """How many people there are, and how often they are asked for."""

    users: int
    rounds: int = 20
    calls: int = 500
    loads: int = 5
    seconds: int = 2


@dataclass
class Place:
    """A database that was filled, and how long that took."""

    url: str
    crowd: Crowd
    seconds: float
    turn: int = 0

    def numbers(self, most: int) -> Iterator[int]:
        """Yield numbers from 1 to ``most`` in no order, for ever."""
        while True:
            self.turn += 1
            yield self.turn * _SPREAD % most + 1


@dataclass
class Row:
    """One thing that was measured, in seconds for one call.

    ``few`` and ``many`` hold the median and the 99th percentile of each
    round, by turns in the same order.
    """

    what: str
    few: list[tuple[float, float]] = field(default_factory=list)
    many: list[tuple[float, float]] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        """Return the medians over all rounds, and their ratios."""
        found = {
            f"{name}_{which}": statistics.median(one[index] for one in rounds)
            for name, rounds in (("few", self.few), ("many", self.many))
            for index, which in enumerate(("p50", "p99"))
        }
        for which in ("p50", "p99"):
            ratio = found[f"many_{which}"] / found[f"few_{which}"]
            found[f"ratio_{which}"] = ratio
        return found


def measure(
    engine: str, fresh: Callable[[str], str], folder: Path, plan: Plan
) -> dict[str, Any]:
    """Return everything that is found out about one engine.

    ``fresh`` names an empty database.
    """
    few, many = (
        _filled(fresh(name), Crowd.of(users))
        for name, users in (("few", FEW), ("many", plan.users))
    )
    rows = [*_in_process(few, many, plan), _over_http(few, many, plan, folder)]
    return {
        "engine": engine,
        "machine": machine.facts(),
        "crowd": asdict(many.crowd),
        "filled_seconds": round(many.seconds, 1),
        "rows": [{"what": row.what} | row.figures() for row in rows],
        "day": _day(many.url),
    }


def _filled(url: str, people: Crowd) -> Place:
    began = time.perf_counter()
    bulk.fill(url, people)
    return Place(url, people, time.perf_counter() - began)


def _open(url: str) -> Auth:
    settings = Settings(database_url=url, bcrypt_rounds=4, mail="mailbox")
    return Auth(DB(url), settings)


def _in_process(few: Place, many: Place, plan: Plan) -> list[Row]:
    """Ask both by turns, in this process, for one thing after the other."""
    places = (few, many)
    auths = [_open(place.url) for place in places]
    try:
        rows = []
        for what, calls in _questions(places, auths):
            row = Row(what)
            times = plan.calls // 5 if "login without" in what else plan.calls
            # A service that runs has met its users' pages before.
            for call in calls if "check" in what else ():
                _timed(call, _WARM * plan.calls)
            for number in range(plan.rounds + 1):
                for call, samples in zip(
                    calls, (row.few, row.many), strict=True
                ):
                    found = _timed(call, times)
                    if number:  # the first warms up
                        samples.append(found)
            rows.append(row)
        return rows
    finally:
        for auth in auths:
            auth.close()


Question = tuple[str, list[Callable[[], float]]]


def _questions(
    places: tuple[Place, Place], auths: list[Auth]
) -> Iterator[Question]:
    both = list(zip(places, auths, strict=True))
    yield "session check", [_check(*each) for each in both]
    yield "login's look for an address", [_look(*each) for each in both]
    yield "a login without its bcrypt", [_begin(*each) for each in both]


def _check(place: Place, auth: Auth) -> Callable[[], float]:
    numbers = place.numbers(place.crowd.sessions)

    def check() -> float:
        raw = crowd.session_id(next(numbers))
        began = time.perf_counter()
        found = auth.check_session(raw)
        took = time.perf_counter() - began
        assert found is not None
        return took

    return check


def _look(place: Place, auth: Auth) -> Callable[[], float]:
    numbers = place.numbers(place.crowd.users)

    def look() -> float:
        email = crowd.email(next(numbers))
        began = time.perf_counter()
        found = by_address.row(auth.db, email)
        took = time.perf_counter() - began
        assert found is not None
        return took

    return look


def _begin(place: Place, auth: Auth) -> Callable[[], float]:
    """Begin a session: the account's row, a session, two links of a chain."""
    numbers = place.numbers(place.crowd.users)

    def begin() -> float:
        email = crowd.email(next(numbers))
        began = time.perf_counter()
        found = auth.create_session(email)
        took = time.perf_counter() - began
        assert found is not None
        return took

    return begin


def _timed(call: Callable[[], float], times: int) -> tuple[float, float]:
    """Return the median and the 99th percentile of so many calls."""
    took = sorted(call() for _ in range(times))
    return took[times // 2], took[times * 99 // 100]


def _over_http(few: Place, many: Place, plan: Plan, folder: Path) -> Row:
    """Ask a service on each, by turns, as ``bench check`` does."""
    row = Row("session check over HTTP")
    cores = machine.cores()
    for number, place in enumerate((few, many)):
        asked = place.numbers(place.crowd.sessions)
        ids = (crowd.session_id(next(asked)) for _ in range(_COOKIES))
        people.keep_cookies(folder / f"cookies{number}", ids)
    for _ in range(plan.loads):
        for number, place in enumerate((few, many)):
            samples = row.many if number else row.few
            cookies = folder / f"cookies{number}"
            with started("door", folder / "log", cores[:1], place.url) as one:
                load.ask(one.port, cookies, 1, cores[1])
                got = load.ask(one.port, cookies, plan.seconds, cores[1])
            samples.append((got.p50, got.p99))
    return row


def _day(url: str) -> list[dict[str, Any]]:
    """Do a day's work; return what each step took, and its new plans."""
    auth, seen = _open(url), set[str]()
    try:
        return [
            _step(auth, name, act, seen) for name, act in Workday(auth).steps()
        ]
    finally:
        auth.close()


def _step(
    auth: Auth, name: str, act: Callable[[], object], seen: set[str]
) -> dict[str, Any]:
    with plans.listening(auth.db.engine) as heard, _memory() as grown:
        began = time.perf_counter()
        act()
        took = time.perf_counter() - began
    found = []
    with auth.db.engine.connect() as connection:
        for statement in heard.values():
            if statement.sql in seen:
                continue
            seen.add(statement.sql)
            steps = plans.plan(connection, statement).steps
            found.append({"statement": statement.text, "plan": steps})
    return {
        "step": name,
        "seconds": round(took, 4),
        "megabytes": round(grown[0], 1),
        "statements": found,
    }


@contextmanager
def _memory() -> Iterator[list[float]]:
    """Tell by how many megabytes this process grew at most meanwhile."""
    grown = [0.0]
    # Sets the high-water mark back to what is in use now (proc(5)).
    Path(f"/proc/{os.getpid()}/clear_refs").write_text("5")
    before = _status("VmRSS")
    yield grown
    grown[0] = max(_status("VmHWM") - before, 0) / 1024


def _status(name: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise Failed(f"/proc/self/status has no {name}")
