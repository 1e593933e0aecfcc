"""The way inside: bodies on the event loop, the application in threads.

What the door does not answer comes here.  A request has no thread before its
body is whole, so that slow clients stop nobody; ``threads`` requests are
inside at a time, and no more wait than ``queue``.
"""

import asyncio
import logging
import traceback
from collections.abc import Awaitable, Iterator
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple, cast

from bienvenue import observing
from bienvenue.observing import Tally
from bienvenue.server import answer, environ, refusal
from bienvenue.server.body import Body, Fault, Limits, read
from bienvenue.server.pool import Pool
from bienvenue.server.reaper import Reaper
from bienvenue.server.rsgi import Exchange, Headers, Scope

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

_log = logging.getLogger("bienvenue.server")

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
DONE = cast("Awaitable[None]", _Done())


class Inside:
    """Takes requests to a WSGI application; ``Bridge`` says how.

    Its methods are called on the event loop, ``close`` after its end.
    """

    def __init__(
        self,
        wsgi_app: "WSGIApplication",
        *,
        threads: int,
        limits: Limits,
        queue: int,
        multiprocess: bool,
        headers: refusal.Fixed,
    ) -> None:
        """Start the threads when they are first needed."""
        self._app = wsgi_app
        self._limits = limits
        self._headers = tuple(headers)
        self._common = environ.base(multiprocess=multiprocess)
        self._reaper = Reaper()
        self._pool = Pool(self._work, threads=threads, waiting=queue)
        self._reading: set[asyncio.Task[None]] = set()

    def enter(self, scope: Scope, proto: Exchange) -> Awaitable[None]:
        """Take a request to the application."""
        if scope.proto != "http":
            refusal.websocket(proto)
            return DONE
        headers = scope.headers
        if (
            "content-length" in headers
            or "transfer-encoding" in headers
            or scope.http_version == "2"
        ):
            # A task of its own, which can be told to give up reading.
            loop = asyncio.get_running_loop()
            return loop.create_task(self._with_body(scope, proto, headers))
        return self._submit(scope, proto, headers, _NO_BODY)

    def give_up_reading(self) -> None:
        """End every request whose body is still under way."""
        for task in list(self._reading):
            task.cancel()

    def close(self, timeout: float) -> None:
        """End the threads; wait ``timeout`` seconds for each at most."""
        self._pool.close(timeout)

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
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        job = _Job(scope, proto, headers, body, done, perf_counter())
        if not self._pool.submit(job):
            return self.refuse(scope, proto, body)
        observing.tell(Tally.QUEUED)
        self._reaper.expect(loop)
        return done

    def refuse(
        self, scope: Scope, proto: Exchange, body: Body = _NO_BODY
    ) -> Awaitable[None]:
        """Say that there is too much to do (RFC 9110, 15.6.4)."""
        refusal.overloaded(proto, scope, body, self._headers)
        return DONE

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
            report("the application", error)
            refusal.internal_error(proto, scope, self._headers)
        finally:
            self._reaper.over(done)


def report(who: str, error: BaseException) -> None:
    """Log where it was raised; its text may quote what a client sent."""
    _log.error(
        "%s raised %s\n%s",
        who,
        type(error).__qualname__,
        "".join(traceback.format_tb(error.__traceback__)),
    )
