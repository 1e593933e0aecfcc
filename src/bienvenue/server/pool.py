"""A bounded number of threads and a bounded queue before them.

A thread is made when a job comes that no thread waits for: a service that
few use has few, and each costs memory of its own, with a connection to the
database.

``concurrent.futures`` costs 20 microseconds a request more: a lock, a
future with a condition and a wake-up of the event loop for each.
"""

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Job = TypeVar("Job")


class Pool(Generic[Job]):
    """Runs ``work(job)`` in one of at most ``threads`` threads.

    At most about ``waiting`` jobs wait for one.  The threads are daemons:
    one that hangs does not keep the process.  ``work`` must not raise.
    """

    def __init__(
        self,
        work: Callable[[Job], None],
        *,
        threads: int,
        waiting: int,
        name: str = "wsgi",
    ) -> None:
        self._work = work
        self._name = name
        self._waiting = waiting
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._most = threads
        self._threads: list[threading.Thread] = []
        # One for each thread that waits, or is about to, and for which no
        # job was put: what a list does in one step needs no lock.
        self._idle: list[None] = []

    def submit(self, job: Job) -> bool:
        """Take the job and return True, or False when too many wait.

        For one thread alone: the one of the event loop.
        """
        if self._jobs.qsize() >= self._waiting:
            return False
        try:
            self._idle.pop()
        except IndexError:
            self._grow()
        self._jobs.put(job)
        return True

    def close(self, timeout: float) -> None:
        """Let the threads end; wait ``timeout`` seconds for each at most."""
        for _ in self._threads:
            self._jobs.put(None)
        for thread in self._threads:
            thread.join(timeout)

    def _grow(self) -> None:
        """Make a thread for the job that comes, if there may be more."""
        number = len(self._threads)
        if number < self._most:
            thread = threading.Thread(
                target=self._run, name=f"{self._name}-{number}", daemon=True
            )
            self._threads.append(thread)
            thread.start()

    def _run(self) -> None:
        take, work, idle = self._jobs.get, self._work, self._idle.append
        while (job := take()) is not None:
            work(job)
            idle(None)
            # The last request, password and all, must not live until the
            # next one comes.
            del job
