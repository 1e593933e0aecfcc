"""From RSGI to WSGI: bodies on the event loop, the application in threads.

Granian's own WSGI mode gives every request a thread before its body has
arrived, so that a few hundred slow clients stop the service, and puts the
process environment into the environ.  This bridge does neither.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, cast

from bienvenue import observing
from bienvenue.observing import Tally
from bienvenue.server import answer, environ, refusal
from bienvenue.server.body import Body, Fault, Limits, read
from bienvenue.server.pace import Pace
from bienvenue.server.pool import Pool
from bienvenue.server.reaper import Reaper
from bienvenue.server.room import BatchDoor, Reply
from bienvenue.server.rsgi import Exchange, Headers, Scope
from bienvenue.server.turn import Turn, turn_of
from bienvenue.server.way_in import WayIn

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger("bienvenue.server")

Door = Callable[[Scope], Reply | None]
"""Answers some GET requests on the event loop, before WSGI.

It returns None for a request that is not its own.  It must not block: every
connection waits for it.  One that has to is a ``BatchDoor``, and gets a room
of its own.
"""

TOO_LARGE = "bienvenue.body_too_large"
"""True in the environ of a request whose body was refused: answer 413."""

_NO_BODY = Body(b"", Fault.NONE)

ARRIVED = "bienvenue.arrived"
"""When a request was whole, in the environ: ``time.perf_counter``."""


class _Job(NamedTuple):
    """One request on its way to a thread."""

    scope: Scope
    proto: Exchange
    headers: Headers
    body: Body
    done: "asyncio.Future[None]"
    arrived: float


class _Done:
    """An awaitable that has nothing to wait for."""

    def __await__(self) -> Iterator[None]:
        return iter(())


# Has no state, so one does for all requests.
_DONE = cast("Awaitable[None]", _Done())


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
        self._headers = tuple(headers)
        self._app = wsgi_app
        self._door: Door | None = None
        self._way_in: WayIn | None = None
        if isinstance(door, BatchDoor):
            self._way_in = WayIn(
                door,
                enter=self._enter,
                refuse=self._refuse,
                failed=partial(_report, "the door"),
                waiting=queue,
            )
        else:
            self._door = door
        self._limits = limits or Limits()
        self._common = environ.base(multiprocess=multiprocess)
        self._reaper = Reaper()
        self._pool = Pool(self._work, threads=threads, waiting=queue)
        self._reading: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pace = Pace()
        self._turn: Turn | None = None

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        """Granian is about to serve; every call will be made on ``loop``."""
        if loop is not self._loop:
            self._loop, told = loop, partial(_report, "the door")
            self._turn = turn_of(self._door, loop, told)

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
                    return _DONE
            elif self._way_in is not None:
                loop = self._loop or asyncio.get_running_loop()
                waits = self._way_in.take(scope, proto, loop)
                if waits is not None:
                    return waits
        return self._enter(scope, proto)

    def _enter(self, scope: Scope, proto: Exchange) -> Awaitable[None]:
        """Take a request to the application."""
        if scope.proto != "http":
            refusal.websocket(proto)
            return _DONE
        headers = scope.headers
        if (
            "content-length" in headers
            or "transfer-encoding" in headers
            or scope.http_version == "2"
        ):
            # A task of its own, which can be told to give up reading.
            loop = self._loop or asyncio.get_running_loop()
            return loop.create_task(self._with_body(scope, proto, headers))
        return self._submit(scope, proto, headers, _NO_BODY)

    def give_up_reading(self) -> None:
        """End every request whose body is still under way."""
        for task in list(self._reading):
            task.cancel()

    def close(self, timeout: float) -> None:
        """End the threads; wait ``timeout`` seconds for each at most."""
        self._pool.close(timeout)
        if self._way_in is not None:
            self._way_in.close(timeout)

    @staticmethod
    def _at_the_door(door: Door, scope: Scope) -> Reply | None:
        try:
            return door(scope)
        except Exception as error:  # noqa: BLE001 - the app answers instead
            _report("the door", error)
            return None

    async def _with_body(
        self, scope: Scope, proto: Exchange, headers: Headers
    ) -> None:
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._reading.add(task)
        try:
            got = await read(proto, headers, self._limits)
        except asyncio.CancelledError:
            got = Body(b"", Fault.LATE)
        finally:
            self._reading.discard(task)
        if got.fault is Fault.LATE:
            refusal.too_late(proto, scope, self._headers)
        elif got.fault is Fault.BROKEN:
            refusal.malformed(
                proto, scope, "the body is incomplete", self._headers
            )
        else:
            await self._submit(scope, proto, headers, got)

    def _submit(
        self, scope: Scope, proto: Exchange, headers: Headers, body: Body
    ) -> Awaitable[None]:
        loop = self._loop or asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        job = _Job(scope, proto, headers, body, done, perf_counter())
        if not self._pool.submit(job):
            return self._refuse(scope, proto, body)
        observing.tell(Tally.QUEUED)
        self._reaper.expect(loop)
        return done

    def _refuse(
        self, scope: Scope, proto: Exchange, body: Body = _NO_BODY
    ) -> Awaitable[None]:
        """Say that there is too much to do (RFC 9110, 15.6.4)."""
        refusal.overloaded(proto, scope, body, self._headers)
        return _DONE

    def _work(self, job: _Job) -> None:
        """Answer one request; runs in a thread, raises nothing."""
        scope, proto, headers, body, done, arrived = job
        observing.tell(Tally.BEGUN)
        try:
            request = environ.build(self._common, scope, headers, body.data)
            request[ARRIVED] = arrived
            if body.fault is not Fault.NONE:
                request[TOO_LARGE] = True
            status, fields, content = answer.call(self._app, request)
            if body.fault is Fault.ENDLESS:
                fields = fields + refusal.closing(scope)
            proto.response_bytes(status, fields, content)
        except environ.AmbiguousRequest as error:
            refusal.malformed(proto, scope, str(error), self._headers)
        except BaseException as error:  # noqa: BLE001 - the thread goes on
            _report("the application", error)
            refusal.internal_error(proto, scope, self._headers)
        finally:
            self._reaper.over(done)


def _report(who: str, error: BaseException) -> None:
    """Log where it was raised; its text may quote what a client sent."""
    _log.error(
        "%s raised %s\n%s",
        who,
        type(error).__qualname__,
        "".join(traceback.format_tb(error.__traceback__)),
    )
