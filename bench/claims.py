"""What is claimed of the service's speed, and whether it is so."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

REACHED, MISSED = "reached", "NOT REACHED"
UNDECIDED, UNKNOWN = "undecided: too much else was running", "not measured"


@dataclass(frozen=True)
class Aim:
    """What should be reached: ``at_least`` a bound, or at most.

    ``name`` is what it is measured by, ``what`` the row's text; ``unit``
    follows the figure.
    """

    name: str
    what: str
    bound: float
    at_least: bool = True
    unit: str = "x"

    @property
    def reach(self) -> str:
        """The bound in words."""
        words = "at least" if self.at_least else "at most"
        return f"{words} {self.figure(self.bound)}"

    def figure(self, value: float) -> str:
        """Return a value with its unit, as exact as makes sense."""
        return f"{value:,.{self._exact(value)}f}{self.unit}"

    def told(self, value: float) -> str:
        """Return what was measured, not rounded to what it falls short of."""
        scale = 10 ** self._exact(value)
        turn = math.floor if self.at_least else math.ceil
        return self.figure(turn(round(value * scale, 6)) / scale)

    def _exact(self, value: float) -> int:
        if self.unit != "x" or value >= 100:
            return 0
        return 1 if value >= 10 else 2


@dataclass(frozen=True)
class Claim:
    """What was measured of an aim; ``note`` says with what, or why not.

    ``quiet`` is whether there was a round that nothing disturbed.
    """

    aim: str
    measured: float | None
    quiet: bool = True
    note: str = ""


def _session(name: str, path: str) -> Aim:
    what = f"`GET {path}` on SQLite, to a bare Flask route on the same server"
    return Aim(name, what, 2.0)


def _of(name: str, paths: Sequence[str], what: str, bound: float) -> list[Aim]:
    return [
        Aim(f"{name} {path}", f"`GET /{path}` {what}", bound) for path in paths
    ]


_PATHS = ("profile", "verify")
AIMS: tuple[Aim, ...] = (
    _session("profile", "/profile"),
    _session("verify", "/verify"),
    *_of("peers", _PATHS, "on SQLite, to the fastest peer's check", 10.0),
    *_of("constant", _PATHS, "on SQLite, to a constant answer", 0.4),
    *_of("postgresql", _PATHS, "on PostgreSQL, to a bare Flask route", 0.6),
    *_of("mariadb", _PATHS, "on MariaDB, to a bare Flask route", 0.6),
    Aim("users", "session check by 64, 1,000,000 users to 1,000", 0.9),
    Aim("login", "logins at cost 12, to raw `bcrypt.checkpw`", 0.97),
    Aim(
        "flood",
        "p99 of session checks in a flood of logins, to quiet",
        3.0,
        at_least=False,
    ),
    Aim(
        "slow",
        "p99 of session checks beside 500 slow clients, to without",
        3.0,
        at_least=False,
    ),
    Aim(
        "start",
        "cold start to the first 200, to a bare Flask and SQLAlchemy",
        1.5,
        at_least=False,
    ),
    Aim(
        "memory",
        "resident memory after 10,000 requests, one worker",
        80,
        at_least=False,
        unit=" MB",
    ),
)
"""The whole table, in its order.  A name begins with its run's."""


def verdict(aim: Aim, claim: Claim | None) -> str:
    """Say whether an aim is reached."""
    if claim is None or claim.measured is None:
        return UNKNOWN
    if not claim.quiet:
        return UNDECIDED
    good = (
        claim.measured >= aim.bound
        if aim.at_least
        else claim.measured <= aim.bound
    )
    return REACHED if good else MISSED


def run_of(aim: Aim) -> str:
    """Return the name of the run that measures an aim."""
    return aim.name.partition(" ")[0]


def lines(
    claims: Sequence[Claim], names: Sequence[str]
) -> list[tuple[str, str, str, str]]:
    """Return a line for each aim of some runs.

    They say what, how much must be reached, what was measured, the verdict.
    """
    found = {claim.aim: claim for claim in claims}
    return [
        _line(aim, found.get(aim.name)) for aim in AIMS if run_of(aim) in names
    ]


def _line(aim: Aim, claim: Claim | None) -> tuple[str, str, str, str]:
    measured, note = "-", ""
    if claim is not None:
        note = f" ({claim.note})" if claim.note else ""
        if claim.measured is not None:
            measured = aim.told(claim.measured)
            return aim.what + note, aim.reach, measured, verdict(aim, claim)
    return aim.what, aim.reach, measured, f"{verdict(aim, claim)}{note}"


RUNS = tuple(dict.fromkeys(map(run_of, AIMS)))
"""What can be measured by itself."""
