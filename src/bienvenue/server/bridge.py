"""From RSGI to WSGI: bodies on the event loop, the application in threads.

Granian's own WSGI mode gives every request a thread before its body has
arrived, so that a few hundred slow clients stop the service, and puts the
process environment into the environ.  This bridge does neither.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING

from bienvenue.server import refusal
from bienvenue.server.body import Limits
from bienvenue.server.inside import DONE, Inside, report
from bienvenue.server.pace import Pace
from bienvenue.server.room import BatchDoor, Reply
from bienvenue.server.rsgi import Exchange, Scope
from bienvenue.server.turn import Turn, turn_of
from bienvenue.server.way_in import WayIn

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Door = Callable[[Scope], Reply | None]
"""Answers some GET requests on the event loop, before WSGI.

It returns None for a request that is not its own.  It must not block: every
connection waits for it.  One that has to is a ``BatchDoor``, and gets a room
of its own.
"""

_failed = partial(report, "the door")


class Bridge:
    """An RSGI application (version 1.5) around a WSGI application.

    ``threads`` requests are inside ``wsgi_app`` at a time and ``queue``
    more wait; the next one is told 503 at once.  ``limits`` bounds bodies.
    A request whose body is too large reaches ``wsgi_app`` without it and
    with ``bienvenue.body_too_large`` set, to be refused in its own words.
    ``multiprocess`` is what ``wsgi.multiprocess`` says; ``headers`` is
    what the bridge's own refusals carry, as the application's answers do.
    """

    def __init__(
        self,
        wsgi_app: "WSGIApplication",
        *,
        threads: int,
        limits: Limits | None = None,
        queue: int = 512,
        door: Door | BatchDoor | None = None,
        multiprocess: bool = False,
        headers: refusal.Fixed = refusal.HEADERS,
    ) -> None:
        self._inside = Inside(
            wsgi_app,
            threads=threads,
            limits=limits or Limits(),
            queue=queue,
            multiprocess=multiprocess,
            headers=headers,
        )
        self._door: Door | None = None
        self._way_in: WayIn | None = None
        if isinstance(door, BatchDoor):
            self._way_in = WayIn(
                door,
                enter=self._inside.enter,
                refuse=self._inside.refuse,
                failed=_failed,
                waiting=queue,
            )
        else:
            self._door = door
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pace = Pace()
        self._turn: Turn | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Granian is about to serve; every call will be made on ``loop``."""
        if loop is not self._loop:
            self._loop = loop
            self._turn = turn_of(self._door, loop, _failed)

    def __rsgi__(self, scope: Scope, proto: Exchange) -> Awaitable[None]:
        """Take one request; what is returned ends after its answer."""
        pace = self._pace
        pace.came += 1
        if not pace.looks and self._loop is not None:
            pace.begin(self._loop)
        if scope.method == "GET":
            if self._door is not None:
                turn = self._turn
                if turn is not None and not turn.is_on:
                    turn.look()
                reply = self._at_the_door(self._door, scope)
                if reply is not None:
                    proto.response_bytes(*reply)
                    return DONE
            elif self._way_in is not None:
                loop = self._loop or asyncio.get_running_loop()
                waits = self._way_in.take(scope, proto, loop)
                if waits is not None:
                    return waits
        return self._inside.enter(scope, proto)

    def give_up_reading(self) -> None:
        """End every request whose body is still under way."""
        self._inside.give_up_reading()

    def close(self, timeout: float) -> None:
        """End the threads; wait ``timeout`` seconds for each at most."""
        self._inside.close(timeout)
        if self._way_in is not None:
            self._way_in.close(timeout)

    @staticmethod
    def _at_the_door(door: Door, scope: Scope) -> Reply | None:
        try:
            return door(scope)
        except Exception as error:  # noqa: BLE001 - the app answers instead
            _failed(error)
            return None
