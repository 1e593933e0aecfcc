"""The way into the room, and from there to the application.

The room knows questions and answers; this knows the event loop, on which
requests come and from which they go on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from bienvenue.server.reaper import Reaper
from bienvenue.server.room import Asked, BatchDoor, Room
from bienvenue.server.rsgi import Exchange, Scope

Enter = Callable[[Scope, Exchange], Awaitable[None]]


class WayIn:
    """Brings requests to a door that has to wait for its answers.

    ``enter`` takes those to the application that the door leaves to it, on
    the event loop; ``refuse`` answers one more than may wait, which is about
    ``waiting``; ``failed`` is told what the door raised.
    """

    def __init__(
        self,
        door: BatchDoor,
        *,
        enter: Enter,
        refuse: Enter,
        failed: Callable[[BaseException], object],
        waiting: int,
    ) -> None:
        """Open a room for the door."""
        self._enter, self._refuse = enter, refuse
        self._room = Room(
            door,
            answered=lambda asked: self._reaper.over(asked.done),
            onward=self._go_on,
            failed=failed,
            waiting=waiting,
        )
        self._reaper = Reaper(self._room.give_up)
        self._leaving: set[asyncio.Task[None]] = set()

    def take(
        self, scope: Scope, proto: Exchange, loop: asyncio.AbstractEventLoop
    ) -> Awaitable[None] | None:
        """Have a request answered; None for one that is not the door's."""
        question = self._room.question(scope)
        if question is None:
            return None
        done: asyncio.Future[None] = loop.create_future()
        if not self._room.submit(Asked(scope, proto, question, done)):
            return self._refuse(scope, proto)
        self._reaper.expect(loop)
        return done

    def close(self, timeout: float) -> None:
        """End the room's threads; wait ``timeout`` seconds for each."""
        self._room.close(timeout)

    def _go_on(self, asked: Asked) -> None:
        """Have what the door leaves to the application go there."""
        # The loop is closed when this process has stopped meanwhile.
        with suppress(RuntimeError):
            asked.done.get_loop().call_soon_threadsafe(self._leave, asked)

    def _leave(self, asked: Asked) -> None:
        task = asked.done.get_loop().create_task(self._onward(asked))
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def _onward(self, asked: Asked) -> None:
        try:
            await self._enter(asked.scope, asked.proto)
        finally:
            self._reaper.over(asked.done)
