"""What was answered in a run, when, and what of it may not be."""

import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

# What a client may meet while a database changes hands.
ALLOWED = ("503", "connection")


@dataclass
class Report:
    """The figures of one run; durations are in seconds."""

    seconds: float
    requests: int
    """Requests made, those that were made again among them."""
    acknowledged: int
    """Writes that a client was told are done."""
    accounts: int
    """Registrations among them."""
    errors: dict[str, int]
    """Answers, or their absence, that had a client try again, by kind."""
    gap: float
    """The longest time in which nothing at all was acknowledged."""
    slowest: float
    """The longest that one answer took, an error's or not."""
    own: int
    """Repeated requests that found their own first attempt done."""
    wrong: list[str] = field(default_factory=list)
    """Answers during the run that no node may ever give."""
    lost: list[str] = field(default_factory=list)
    """Acknowledged, and not there afterwards."""

    def forbidden(self) -> list[str]:
        """Name what must not be in a run, an acknowledged loss included."""
        kinds = [
            f"{count} x {kind}"
            for kind, count in self.errors.items()
            if kind not in ALLOWED
        ]
        return [*kinds, *self.wrong, *self.lost]

    def row(self) -> dict[str, Any]:
        """Return the figures for a table or a file."""
        counted = {"wrong": len(self.wrong), "lost": len(self.lost)}
        rounded = {
            name: round(getattr(self, name), 2)
            for name in ("seconds", "gap", "slowest")
        }
        return {**asdict(self), **rounded, **counted}


class Record:
    """Takes down answers as they come; safe between threads."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self._acknowledged: list[float] = []
        self._errors: Counter[str] = Counter()
        self._wrong: list[str] = []
        self._requests = self._own = 0
        self._slowest = 0.0
        self._writing = threading.Lock()

    def request(self, seconds: float) -> None:
        """Count a request that took so long, whatever came of it."""
        with self._writing:
            self._requests += 1
            self._slowest = max(self._slowest, seconds)

    def error(self, kind: str) -> None:
        """Count a request that must be made again."""
        with self._writing:
            self._errors[kind] += 1

    def wrong(self, what: str) -> None:
        """Note an answer that is against what was promised before."""
        with self._writing:
            self._wrong.append(what)

    def acknowledged(self, *, own: bool = False) -> None:
        """Count a write that the client now relies on."""
        with self._writing:
            self._acknowledged.append(time.monotonic())
            self._own += own

    def report(self, accounts: int) -> Report:
        """Add up; the run ends with this call."""
        with self._writing:
            ended = time.monotonic()
            times = [self.began, *sorted(self._acknowledged), ended]
            return Report(
                seconds=ended - self.began,
                requests=self._requests,
                acknowledged=len(self._acknowledged),
                accounts=accounts,
                errors=dict(sorted(self._errors.items())),
                gap=max(b - a for a, b in pairwise(times)),
                slowest=self._slowest,
                own=self._own,
                wrong=list(self._wrong),
            )
