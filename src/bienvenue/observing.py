"""What happens in this process, told to whoever observes it.

Metrics and traces hang on here.  What does the work names what it does and
knows nobody who listens; while nobody does, that costs a look at an empty
tuple.  Nothing that is told has a personal datum in it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from threading import Lock
from typing import Protocol


class Tally(StrEnum):
    """What is counted; in brackets what its label says."""

    SESSION_CHECK = "session_check"
    """A session id was looked up (``live``, ``none``)."""
    EVENT = "event"
    """A security event (event, a space, outcome)."""
    THROTTLED = "throttled"
    """A limit ran out (the setting that has it)."""
    HASH_REFUSED = "hash_refused"
    """A password was not hashed: the queue was full."""
    LETTER = "letter"
    """A letter was tried (``sent``, ``put_off``, ``dead``)."""
    DB_RETRIED = "db_retried"
    """A unit of work was run once more."""
    DB_ERROR = "db_error"
    """The database objected (the class of its error)."""
    DB_OUT = "db_out"
    """A connection was taken from the pool."""
    DB_IN = "db_in"
    """A connection was given back to the pool."""
    TIDIED = "tidied"
    """Rows were thrown away (``sessions``, ``tokens``, ``accounts``)."""
    TIDY_RUN = "tidy_run"
    """Housekeeping was done."""
    LIMITER_FAILED = "limiter_failed"
    """The limits could not be asked for in Redis."""
    SERVER_REFUSED = "server_refused"
    """The server answered before the application (the error's code)."""
    QUEUED = "queued"
    """A request waits for a thread."""
    BEGUN = "begun"
    """A request has its thread."""


class Moment(StrEnum):
    """What takes time; in brackets what its label says."""

    HASH_WAIT = "hash_wait"
    """A password waits for its turn."""
    HASH = "hash"
    """A password is hashed."""
    UNIT = "unit"
    """A unit of work in the database (``read``, ``write``)."""
    LETTER = "letter"
    """A letter is written and handed to the mail server."""


End = Callable[[BaseException | None], None]
"""Ends a moment; takes what was raised in it, if anything was."""


class Observer(Protocol):
    """Is told what happens; must return soon and raise nothing."""

    def count(self, what: Tally, label: str, by: float) -> None:
        """Something happened, so many times."""

    def begin(self, what: Moment, label: str) -> End:
        """Something begins; what is returned is called at its end."""


TraceId = Callable[[], str | None]


def _no_trace() -> str | None:
    return None


_trace_id: TraceId = _no_trace
_observers: tuple[Observer, ...] = ()
_changing = Lock()


def add(observer: Observer) -> None:
    """Tell an observer everything from here on."""
    global _observers  # noqa: PLW0603 - replaced whole, read without a lock
    with _changing:
        _observers = (*_observers, observer)


def remove(observer: Observer) -> None:
    """Tell an observer no more."""
    global _observers  # noqa: PLW0603 - as above
    with _changing:
        _observers = tuple(one for one in _observers if one is not observer)


def tell(what: Tally, label: str = "", by: float = 1.0) -> None:
    """Say that something happened."""
    for observer in _observers:
        observer.count(what, label, by)


@contextmanager
def timed(what: Moment, label: str = "") -> Iterator[None]:
    """Say how long a ``with`` block takes, and whether it raises."""
    if not _observers:
        yield
        return
    ends = [observer.begin(what, label) for observer in _observers]
    raised: BaseException | None = None
    try:
        yield
    except BaseException as error:
        raised = error
        raise
    finally:
        for end in reversed(ends):
            end(raised)


def trace_id() -> str | None:
    """Return the trace that what is being done belongs to, if any."""
    return _trace_id()


def trace_by(source: TraceId | None) -> None:
    """Take the ids of traces from here; None ends it."""
    global _trace_id  # noqa: PLW0603 - as above
    _trace_id = source or _no_trace
