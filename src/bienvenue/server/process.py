"""One process that serves: listeners on an event loop, until told to stop.

Stopping is graceful.  For ``linger`` seconds all goes on, but the process is
said to be leaving; then the listening sockets close, and requests in flight
are answered for up to ``drain`` seconds; then nothing is waited for.
"""

import asyncio
import signal
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from bienvenue import leaving
from bienvenue.server import silence
from bienvenue.server.bridge import Bridge
from bienvenue.server.listener import Listener, connections_allowed
from bienvenue.server.loop import new_loop
from bienvenue.server.options import Tls
from bienvenue.server.pace import TURN

# Seconds for what was given up to say so to its clients.
_LAST_WORDS = 1.0


class Process:
    """Serves ``bridge`` on ``sockets``, which listen and are taken over."""

    def __init__(
        self,
        bridge: Bridge,
        sockets: Sequence[socket.socket],
        *,
        tls: Tls | None,
        drain: float,
        idle: float,
        linger: float = 0.0,
    ) -> None:
        self._bridge = bridge
        self._sockets = sockets
        self._tls = tls
        self._drain = drain
        self._idle = idle
        self._linger = linger
        self._loop = new_loop()
        self._drained = True
        self._stopping = asyncio.Event()
        self._hurrying = asyncio.Event()

    def run(self, on_ready: Callable[[], None]) -> None:
        """Serve until ``stop()``, SIGTERM or SIGINT, then drain.

        ``on_ready`` is called when connections are accepted.  Signals are
        heeded in the main thread only.  ``tls`` must have been checked.
        Meanwhile threads take turns of ``pace.TURN`` at the interpreter.
        """
        before = sys.getswitchinterval()
        sys.setswitchinterval(min(before, TURN))
        try:
            self._loop.run_until_complete(self._serve(on_ready))
        finally:
            sys.setswitchinterval(before)
            for sock in self._sockets:
                sock.close()
            self._bridge.close(_LAST_WORDS if self._drained else 0)
            if self._drained:
                # Otherwise Granian's threads may call the loop once more,
                # and a closed one makes them abort the process.
                self._loop.close()

    def stop(self) -> None:
        """Stop; a second call ends the patience.  For any thread."""
        self._loop.call_soon_threadsafe(self._stop)

    def watch(self, descriptor: int) -> None:
        """Stop when ``descriptor`` becomes readable."""
        self._loop.add_reader(descriptor, self._gone, descriptor)

    def _gone(self, descriptor: int) -> None:
        self._loop.remove_reader(descriptor)
        self._stop()

    def _stop(self) -> None:
        if self._stopping.is_set():
            self._hurrying.set()
        self._stopping.set()

    async def _serve(self, on_ready: Callable[[], None]) -> None:
        starting = len(self._sockets)
        started = asyncio.Event()

        def one_started() -> None:
            nonlocal starting
            starting -= 1
            if not starting:
                started.set()

        ports = {sock.getsockname()[1] for sock in self._sockets}
        connections = connections_allowed(len(self._sockets))
        listeners = [
            Listener(
                self._bridge,
                sock,
                one_started,
                connections=connections,
                tls=self._tls,
            )
            for sock in self._sockets
        ]
        serving = [asyncio.create_task(one.serve()) for one in listeners]
        self._heed_signals()
        cutting = asyncio.create_task(self._cut_idle(ports))
        try:
            await _first(serving, started)
            on_ready()
            await _first(serving, self._stopping)
            await self._be_seen_leaving()
        finally:
            cutting.cancel()
            for one in listeners:
                stop: Callable[[], None] = one.stop
                stop()
            await self._drain_all(serving)
            self._ignore_signals()
            leaving.end()

    async def _be_seen_leaving(self) -> None:
        """Serve on until those who look at our health have looked away."""
        if not self._linger:
            return
        leaving.begin()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._hurrying.wait(), self._linger)

    async def _cut_idle(self, ports: set[int]) -> None:
        """Look after silent connections, where Granian does not."""
        while self._tls is not None:
            await asyncio.sleep(self._idle / 10)
            await asyncio.to_thread(silence.cut, ports, self._idle)

    async def _drain_all(self, serving: "list[asyncio.Task[None]]") -> None:
        hurry = asyncio.create_task(self._hurrying.wait())
        everything = asyncio.create_task(asyncio.wait(serving))
        either: list[asyncio.Task[Any]] = [everything, hurry]
        await asyncio.wait(
            either,
            timeout=self._drain,
            return_when=asyncio.FIRST_COMPLETED,
        )
        hurry.cancel()
        if not everything.done():
            self._bridge.give_up_reading()
            await asyncio.wait([everything], timeout=_LAST_WORDS)
        self._drained = everything.done()

    def _heed_signals(self) -> None:
        if threading.current_thread() is threading.main_thread():
            add = self._loop.add_signal_handler
            # A service manager may send this one to every process twice.
            add(signal.SIGTERM, self._stopping.set)
            # A person who presses Ctrl-C again wants out.
            add(signal.SIGINT, self._stop)

    def _ignore_signals(self) -> None:
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGINT):
                self._loop.remove_signal_handler(number)


async def _first(
    serving: "list[asyncio.Task[None]]", event: asyncio.Event
) -> None:
    """Wait for the event, or raise what ended a listener before it."""
    waiter = asyncio.create_task(event.wait())
    await asyncio.wait([*serving, waiter], return_when=asyncio.FIRST_COMPLETED)
    if not waiter.done():
        waiter.cancel()
        for task in serving:
            if task.done():
                task.result()
