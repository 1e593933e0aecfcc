"""A small server for one text, on a port of its own: metrics.

For a program that asks now and then; it stays away from the port that
people reach, and answers while that one is too busy to.  A client that is
slow keeps neither the next one nor the end of the service waiting.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import SHUT_RDWR, socket
from typing import Any

from bienvenue.server.listen import CannotListen, listen

PATH = "/metrics"
_PATIENCE_SECONDS = 5.0  # for a request and its answer, all in all
_AT_ONCE = 8


class Exposition:
    """Answers ``GET /metrics`` from a thread."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        kind: str,
        text: Callable[[], str],
        may_read: Callable[[str], bool],
    ) -> None:
        """Listen there; ``may_read`` judges the ``Authorization`` header.

        ``kind`` is the media type of the text.  Raises ``CannotListen``.
        """
        handler = type(
            "Handler",
            (_Handler,),
            {"kind": kind, "text": text, "may_read": may_read},
        )
        self._servers = [
            _Server(sock, handler) for sock in _listen(host, port)
        ]
        self._threads = [
            threading.Thread(
                target=each.serve_forever, name="metrics", daemon=True
            )
            for each in self._servers
        ]

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._servers[0].server_address[1])

    def start(self) -> None:
        """Answer from here on."""
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Answer no more."""
        for server in self._servers:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    """A few at a time; whoever is one too many is hung up on."""

    daemon_threads, block_on_close = True, False

    def __init__(self, sock: socket, handler: Any) -> None:
        self._places = threading.BoundedSemaphore(_AT_ONCE)
        self.address_family = sock.family
        host, port = sock.getsockname()[:2]
        super().__init__((host, port), handler, bind_and_activate=False)
        self.socket.close()
        sock.setblocking(True)
        self.socket = sock

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer from a thread of its own, for so long and no longer."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(
        self, request: Any, client_address: Any
    ) -> None:
        """Answer, and hang up when the time is over."""
        end = threading.Timer(_PATIENCE_SECONDS, _hang_up, [request])
        end.daemon = True
        end.start()
        try:
            super().process_request_thread(request, client_address)
        finally:
            end.cancel()
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: whoever asked went away."""


class _Handler(BaseHTTPRequestHandler):
    kind: str
    text: Callable[[], str]
    may_read: Callable[[str], bool]
    timeout = _PATIENCE_SECONDS  # of silence
    server_version = sys_version = ""

    def do_GET(self) -> None:
        """Answer with the text."""
        own = type(self)
        if self.path.partition("?")[0] != PATH:
            self._send(HTTPStatus.NOT_FOUND, f"look at {PATH}\n")
        elif not own.may_read(self.headers.get("Authorization", "")):
            self._send(HTTPStatus.FORBIDDEN, "the metrics_token is wanted\n")
        else:
            self._send(HTTPStatus.OK, own.text(), own.kind)

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def version_string(self) -> str:
        """Name no software."""
        return "bienvenue"

    def _send(
        self,
        status: HTTPStatus,
        text: str,
        kind: str = "text/plain; charset=utf-8",
    ) -> None:
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(content)


def _hang_up(connection: socket) -> None:
    with suppress(OSError):  # it has gone by itself
        connection.shutdown(SHUT_RDWR)


def _listen(host: str, port: int) -> list[socket]:
    try:
        return listen(host, port)
    except CannotListen as error:
        text = str(error).replace("--port", "metrics_address")
        text = text.replace("--host", "metrics_address")
        raise CannotListen(f"metrics_address: {text}") from None
