"""Granian's embedded server, on one socket that is already listening.

The embedded server runs in this process and on this event loop, so that one
of them can be had for each address of ``localhost``.  Its own messages stay
off; its errors go to the logger ``_granian``.
"""

import asyncio
import resource
import socket
from collections.abc import Callable
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings, HTTP2Settings
from granian.log import LogLevels
from granian.server import embed

from bienvenue.server.bridge import Bridge
from bienvenue.server.listen import BACKLOG
from bienvenue.server.options import Tls

_HEADER_TIMEOUT_MS = 10_000
_MAX_HEADER_BYTES = 64 * 1024
_MOST_CONNECTIONS = 8192
# Files, pipes and database connections need descriptors too.
_SPARE_DESCRIPTORS = 128
# Granian would replace the handlers of the whole process; this only sets
# the level of its own logger.
_LOGGING = {
    "incremental": True,
    "formatters": {},
    "handlers": {},
    "loggers": {},
}


# Granian's type stubs do not know its arguments: descriptor, whether it is a
# Unix socket, backlog.
_socket_holder: Any = SocketHolder


class _Target:
    """What Granian calls: a bridge, and word of when it begins."""

    def __init__(self, bridge: Bridge, on_start: Callable[[], None]) -> None:
        self._bridge = bridge
        self._on_start = on_start
        self.__rsgi__ = bridge.__rsgi__

    def __rsgi_init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._bridge.__rsgi_init__(loop)
        # Granian accepts connections once this call has returned.
        loop.call_soon(self._on_start)


class Listener(embed.Server):
    """Serves ``bridge`` on one listening socket, which it takes over.

    ``await serve()`` returns after ``stop()``, when the socket is closed
    and the last answer is out.  Make it on the event loop that serves.
    """

    _shd: Any

    def __init__(
        self,
        bridge: Bridge,
        sock: socket.socket,
        on_start: Callable[[], None],
        *,
        connections: int,
        tls: Tls | None = None,
    ) -> None:
        address, port = sock.getsockname()[:2]
        super().__init__(
            _Target(bridge, on_start),
            address,
            port,
            interface=Interfaces.RSGI,
            http=HTTPModes.auto if tls else HTTPModes.http1,
            websockets=False,
            backlog=BACKLOG,
            backpressure=connections,
            http1_settings=HTTP1Settings(
                header_read_timeout=_HEADER_TIMEOUT_MS,
                max_buffer_size=_MAX_HEADER_BYTES,
            ),
            http2_settings=HTTP2Settings(
                max_concurrent_streams=100,
                max_headers_size=_MAX_HEADER_BYTES,
            ),
            log_level=LogLevels.error,
            log_dictconfig=_fresh(_LOGGING),
            log_access=False,
            ssl_cert=tls.certificate if tls else None,
            ssl_key=tls.key if tls else None,
        )
        self._bound = sock

    def _init_shared_socket(self) -> None:
        # Granian closes the descriptor when it stops accepting.
        descriptor = self._bound.detach()
        self._shd = _socket_holder(descriptor, False, BACKLOG)


def connections_allowed(listeners: int) -> int:
    """Return how many connections each of ``listeners`` may hold open.

    Raises the process's soft limit of open files as far as that needs and
    the system allows: a silent client costs a descriptor and little else.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _MOST_CONNECTIONS + _SPARE_DESCRIPTORS
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(16, (wanted - _SPARE_DESCRIPTORS) // listeners)


def _fresh(config: dict[str, Any]) -> dict[str, Any]:
    """Return a copy to be written into, as Granian does."""
    return {**config, "loggers": {}}
