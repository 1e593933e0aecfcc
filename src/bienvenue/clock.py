"""The one place that asks what time it is.

Everything that expires reads the time here, so that a test can stop it, set
it and move it instead of sleeping.  Instants are aware ``datetime`` objects
in UTC in Python and whole microseconds since 1970-01-01T00:00Z in the
database, where a number compares the same on every engine.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _system_us() -> int:
    return time.time_ns() // 1000


_source: Callable[[], int] = _system_us


def now_us() -> int:
    """Return the present as whole microseconds since the epoch."""
    return _source()


def now() -> datetime:
    """Return the present as an aware UTC datetime."""
    return to_datetime(now_us())


def to_us(instant: datetime) -> int:
    """Turn an aware datetime into microseconds since the epoch.

    Raises ``ValueError`` for a naive one: a time without a zone is a guess.
    """
    if instant.tzinfo is None:
        raise ValueError("a datetime needs a time zone here")
    return (instant - _EPOCH) // _MICROSECOND


def to_datetime(microseconds: int) -> datetime:
    """Turn microseconds since the epoch into an aware UTC datetime."""
    return _EPOCH + timedelta(microseconds=microseconds)


class FrozenClock:
    """A stopped clock, moved by hand; made by :func:`frozen`."""

    def __init__(self, at: datetime) -> None:
        """Stop the clock at an aware datetime."""
        self._us = to_us(at)

    def __call__(self) -> int:
        """Return the stopped time in microseconds since the epoch."""
        return self._us

    def advance(self, **duration: float) -> None:
        """Move by a ``timedelta(**duration)``; negative goes back."""
        self._us += timedelta(**duration) // _MICROSECOND


@contextmanager
def frozen(at: datetime | None = None) -> Iterator[FrozenClock]:
    """Stop the clock of the whole process for a ``with`` block (tests).

    All threads see the same stopped time.  ``at`` is the present when left
    out.
    """
    global _source
    before = _source
    clock = FrozenClock(at or now())
    _source = clock
    try:
        yield clock
    finally:
        _source = before
