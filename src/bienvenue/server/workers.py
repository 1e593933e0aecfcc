"""Several processes that serve the same sockets, and one that watches them.

They share listening sockets instead of each having its own (Granian's own
way, ``SO_REUSEPORT``), so that a worker that is killed takes no waiting
connection with it, and ``localhost`` can be two addresses.
"""

import logging
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from typing import NamedTuple

from bienvenue.errors import BienvenueError
from bienvenue.server.options import AppFactory, DoorFactory, Options
from bienvenue.server.worker import serve_as_worker

_log = logging.getLogger("bienvenue.server")

# Seconds before a worker that ended is replaced, and that one is given to
# end beyond the time its requests have.
_RESTART_AFTER = 1.0
_END_WITHIN = 3.0

_spawn = multiprocessing.get_context("spawn")


class WorkersFail(BienvenueError):
    """A worker ended before it could serve; its own log says why."""

    code = "workers_fail"
    default_message = "a worker process could not start"


class _Worker(NamedTuple):
    """One child; ``ready`` becomes readable when it serves, or ends."""

    process: multiprocessing.process.BaseProcess
    ready: Connection


class Workers:
    """Runs and replaces worker processes; this process serves nothing."""

    def __init__(
        self,
        app_factory: AppFactory,
        door_factory: DoorFactory | None,
        options: Options,
        sockets: Sequence[socket.socket],
    ) -> None:
        self._make = (app_factory, door_factory, options, sockets)
        self._sockets = sockets
        self._patience = options.linger + options.drain + _END_WITHIN
        self._workers: list[_Worker] = []
        self._due: list[float] = []

    def run(self, count: int, on_ready: Callable[[], None]) -> None:
        """Serve with ``count`` processes until SIGTERM or SIGINT.

        Raises ``WorkersFail`` when one ends before all of them serve.
        """
        with _signals_as_pipe() as stop:
            try:
                for _ in range(count):
                    self._start()
                if self._all_ready(stop):
                    on_ready()
                    self._watch(stop)
            finally:
                self._stop()

    def _start(self) -> None:
        ready, tell = _spawn.Pipe(duplex=False)
        process = _spawn.Process(
            target=serve_as_worker,
            args=(*self._make, tell),
            name="bienvenue-worker",
        )
        # Ctrl-C reaches the whole process group: a worker ends when told by
        # this process, once, and so inherits a mask without it.
        mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        tell.close()
        self._workers.append(_Worker(process, ready))

    def _all_ready(self, stop: int) -> bool:
        """Return True when all serve, False when told to stop before."""
        starting = [worker.ready for worker in self._workers]
        while starting:
            events = wait([*starting, stop])
            if stop in events:
                return False
            for ready in [one for one in starting if one in events]:
                starting.remove(ready)
                try:
                    ready.recv_bytes()
                except EOFError:
                    raise WorkersFail from None
        return True

    def _watch(self, stop: int) -> None:
        while True:
            now = time.monotonic()
            while self._due and self._due[0] <= now:
                del self._due[0]
                self._start()
            ends = {one.process.sentinel: one for one in self._workers}
            timeout = self._due[0] - now if self._due else None
            events = wait([*ends, stop], timeout)
            if stop in events:
                return
            for sentinel in [end for end in ends if end in events]:
                self._replace(ends[sentinel])

    def _replace(self, worker: _Worker) -> None:
        self._workers.remove(worker)
        worker.ready.close()
        worker.process.join()
        _log.error(
            "worker %s ended with %s and is replaced",
            worker.process.pid,
            worker.process.exitcode,
        )
        self._due.append(time.monotonic() + _RESTART_AFTER)

    def _stop(self) -> None:
        for sock in self._sockets:
            sock.close()
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + self._patience
        for worker in self._workers:
            worker.process.join(max(0.0, deadline - time.monotonic()))
            if worker.process.is_alive():
                _log.error("worker %s is killed", worker.process.pid)
                worker.process.kill()
                worker.process.join()
            worker.ready.close()


@contextmanager
def _signals_as_pipe() -> Iterator[int]:
    """Yield a descriptor that SIGTERM and SIGINT make readable."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def note(number: int, _frame: object) -> None:
        os.write(writer, bytes([number]))

    before = {
        number: signal.signal(number, note)
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield reader
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(reader)
        os.close(writer)
