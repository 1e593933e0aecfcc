"""A room beside the door, for questions that have to wait for an answer.

The door of ``bridge`` stands on the event loop and must not block.  One
that asks another machine has this room: a few threads of its own, so that
it never takes the application's.  A thread asks for all that came while it
was away, in one go; the busier the service, the less each question costs.

Nobody waits here for ever.  When the other machine is silent, the event loop
itself says so after some seconds, and what more comes than the room holds is
refused at once.
"""

import queue
from collections.abc import Callable, Sequence
from contextlib import suppress
from time import perf_counter
from typing import Any, Protocol, runtime_checkable

from bienvenue.server.pool import Pool
from bienvenue.server.rsgi import Exchange, Scope

THREADS = 2
"""One asks while the other's question is on its way."""

PATIENCE = 5.0
"""Seconds until a question that was not answered is given up."""

Reply = tuple[int, list[tuple[str, str]], bytes]
"""A status code, headers that Granian takes, and the whole body."""


@runtime_checkable
class BatchDoor(Protocol):
    """Answers some GET requests, and waits for something meanwhile."""

    @property
    def most(self) -> int:
        """How many questions are answered at once, at most."""

    def question(self, scope: Any) -> Any | None:
        """Return what a request asks, or None; called on the event loop."""

    def answers(self, questions: Sequence[Any]) -> Sequence[Reply | None]:
        """Answer them in their order; None for what the route answers."""

    def sorry(self, question: Any) -> Reply:
        """Return what is said when nobody has answered for long."""


class Asked:
    """One request that waits in the room."""

    __slots__ = ("arrived", "done", "proto", "question", "scope")

    def __init__(
        self, scope: Scope, proto: Exchange, question: Any, done: Any
    ) -> None:
        self.scope, self.proto = scope, proto
        self.question, self.done = question, done
        self.arrived = perf_counter()


class Room:
    """Asks a door from threads of its own.

    ``answered`` is called for each request that has its answer, and
    ``onward`` for each that the door leaves to the application, from any
    thread.  ``waiting`` is about how many may wait.
    """

    def __init__(
        self,
        door: BatchDoor,
        *,
        answered: Callable[[Asked], object],
        onward: Callable[[Asked], object],
        failed: Callable[[BaseException], object],
        waiting: int,
    ) -> None:
        self._door = door
        self._answered, self._onward = answered, onward
        self._failed = failed
        # Whoever takes a request out of here is the one who answers it:
        # what a dict does in one step needs no lock.
        self._open: dict[Asked, None] = {}
        self._pool = _Together(
            self._ask, threads=THREADS, waiting=waiting, name="door"
        )
        self._pool.most = door.most

    def question(self, scope: Scope) -> Any | None:
        """Return what a request asks of the door, if anything."""
        try:
            return self._door.question(scope)
        except Exception as error:  # noqa: BLE001 - the app answers instead
            self._failed(error)
            return None

    def submit(self, asked: Asked) -> bool:
        """Take a request and return True, or False when too many wait.

        For the event loop's thread alone.
        """
        self._open[asked] = None
        taken = self._pool.submit(asked)
        if not taken:
            del self._open[asked]
        return taken

    def give_up(self) -> None:
        """Answer those who have waited for too long."""
        long_ago = perf_counter() - PATIENCE
        for asked in list(self._open):
            if asked.arrived > long_ago:
                return
            if self._is_ours(asked):
                self._answer(asked, self._door.sorry(asked.question))

    def close(self, timeout: float) -> None:
        """End the threads; wait ``timeout`` seconds for each at most."""
        self._pool.close(timeout)

    def _ask(self, group: list[Asked]) -> None:
        """Answer a group; runs in a thread, raises nothing."""
        # What was given up while it waited need not be asked.
        group = [one for one in group if one in self._open]
        if not group:
            return
        replies: Sequence[Reply | None]
        try:
            replies = self._door.answers([one.question for one in group])
        except Exception as error:  # noqa: BLE001 - the app answers instead
            self._failed(error)
            replies = [None] * len(group)
        for asked, reply in zip(group, replies, strict=True):
            if not self._is_ours(asked):
                continue
            if reply is None:
                self._onward(asked)
            else:
                self._answer(asked, reply)

    def _is_ours(self, asked: Asked) -> bool:
        try:
            del self._open[asked]
        except KeyError:
            return False
        return True

    def _answer(self, asked: Asked, reply: Reply) -> None:
        asked.proto.response_bytes(*reply)
        self._answered(asked)


class _Together(Pool[Any]):
    """A pool whose threads take all the jobs there are, up to ``most``."""

    most = 1

    def _run(self) -> None:
        jobs, work, idle = self._jobs, self._work, self._idle.append
        while (first := jobs.get()) is not None:
            group = [first]
            with suppress(queue.Empty):
                while len(group) < self.most:
                    job = jobs.get_nowait()
                    if job is None:  # the end, for whoever comes next
                        jobs.put(None)
                        break
                    group.append(job)
            work(group)
            idle(None)
            del first, group
