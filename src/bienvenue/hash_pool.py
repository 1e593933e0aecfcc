"""Hash on no more cores than there are, however many people sign in.

A hash at cost 12 keeps a core busy for a fifth of a second.  More of them
at once than cores finish none sooner; they only take turns with everything
else the machine has to do (OWASP ASVS 15.1.3).  And what takes so long can
wait for what takes a moment: hashes are made by threads of their own, which
the system lets run when others do not want to.
"""

import os
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from typing import TypeVar

from bienvenue import forking, hard_work, observing
from bienvenue.errors import Busy
from bienvenue.observing import Moment, Tally
from bienvenue.passwords import PasswordHasher
from bienvenue.pepper import Peppers

NICE = 10
"""How much nicer than its process a thread that hashes is (setpriority)."""

T = TypeVar("T")


class PooledHasher(PasswordHasher):
    """A hasher that works for a bounded number of threads at a time.

    The others wait their turn.  Whoever must not let them pile up refuses
    them before they come here: see ``bienvenue.web.admission``.
    """

    def __init__(
        self,
        rounds: int = 12,
        at_once: int | None = None,
        peppers: Peppers | None = None,
    ) -> None:
        """Take the cost, and how many at once: the cores when left out."""
        super().__init__(rounds, peppers)
        self.at_once = at_once or usable_cores()
        self.begin_anew()
        forking.watch(self)

    def begin_anew(self) -> object:
        """Have threads of one's own: another process's are not here."""
        before = getattr(self, "_crew", None)
        self._crew = ThreadPoolExecutor(
            self.at_once, thread_name_prefix="hash", initializer=give_way
        )
        return before

    def hash(self, password: str | bytes) -> str:
        """Return a new hash, in turn; raises as ``PasswordHasher``'s."""
        return self._in_turn(partial(super().hash, password))

    def _match(
        self, password: str | bytes, hashed: str | bytes
    ) -> bytes | None:
        return self._in_turn(partial(super()._match, password, hashed))

    def _in_turn(self, work: Callable[[], T]) -> T:
        begun = threading.Event()

        def run() -> T:
            begun.set()
            with hard_work.at_work():
                return work()

        # A thread that is done takes the next from the queue by itself: no
        # core rests until whoever waits has heard of it.
        done = self._crew.submit(run)
        done.add_done_callback(lambda _: begun.set())  # or never begun
        with observing.timed(Moment.HASH_WAIT):
            begun.wait()
        with observing.timed(Moment.HASH):
            return done.result()


def give_way() -> None:
    """Have the system prefer whoever else wants to run to this thread.

    On Linux, where a thread has a priority of its own; elsewhere that would
    be the whole process's.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):  # some sandboxes forbid even that
            own = os.getpriority(os.PRIO_PROCESS, thread)
            os.setpriority(os.PRIO_PROCESS, thread, own + NICE)


class Gate:
    """Lets a bounded number in; the next one is turned away."""

    def __init__(self, places: int) -> None:
        """Take how many may be inside at once, at work or in the queue."""
        self._places = threading.BoundedSemaphore(places)

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for a ``with`` block; raises ``Busy``."""
        if not self._places.acquire(blocking=False):
            observing.tell(Tally.HASH_REFUSED)
            raise Busy
        try:
            yield
        finally:
            self._places.release()


def usable_cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on this system
        return os.cpu_count() or 1


def places(queue: int) -> int:
    """Return how many may be inside a gate: at work, or in the queue."""
    return usable_cores() + queue
