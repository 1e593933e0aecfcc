"""A really started server around a small WSGI application."""

import http.client
import json
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from typing import Any

from bienvenue.server import DoorFactory, Options
from bienvenue.server.listen import listen
from bienvenue.server.process import Process
from bienvenue.server.worker import make_process

PATIENCE = 20.0
"""Seconds after which a test has failed rather than waited."""


class Running:
    """A server in a thread, and ways to talk to it."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port

    def connect(self, *sent: bytes) -> socket.socket:
        """Open a connection and send bytes over it."""
        sock = socket.create_connection(("127.0.0.1", self.port), PATIENCE)
        for part in sent:
            sock.sendall(part)
        return sock

    def raw(self, *sent: bytes) -> bytes:
        """Send bytes and return all that comes until the other end closes."""
        with self.connect(*sent) as sock:
            return read_all(sock)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Make one request with a well-behaved client."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=PATIENCE
        )
        with closing(connection):
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            fields = {k.lower(): v for k, v in response.getheaders()}
            return response.status, fields, response.read()

    def environ(self, *head: bytes) -> dict[str, Any]:
        """Send header lines to the ``echo`` application; return its view."""
        lines = [*head, b"Connection: close", b"", b""]
        answer = self.raw(b"\r\n".join(lines))
        assert answer.startswith(b"HTTP/1.1 200 "), answer
        found: dict[str, Any] = json.loads(answer.partition(b"\r\n\r\n")[2])
        return found


@contextmanager
def running(
    app: Any,
    options: Options | None = None,
    door_factory: DoorFactory | None = None,
) -> Iterator[Running]:
    """Serve ``app`` on a free port of 127.0.0.1 while the block runs."""
    sockets = listen("127.0.0.1", 0)
    port = sockets[0].getsockname()[1]
    process = make_process(
        lambda: app, door_factory, options or Options(threads=2), sockets
    )
    ready = threading.Event()
    thread = threading.Thread(target=process.run, args=(ready.set,))
    thread.start()
    try:
        assert ready.wait(PATIENCE)
        yield Running(process, port)
    finally:
        process.stop()
        thread.join(PATIENCE)
        assert not thread.is_alive()


def read_all(sock: socket.socket) -> bytes:
    """Return everything up to the end of the stream, or to a reset."""
    parts = []
    try:
        while part := sock.recv(65536):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def assert_problem(answer: bytes, status: int, code: str) -> None:
    """See that an answer, head and body, is one problem (RFC 9457)."""
    head, _, content = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 %d " % status, head), answer
    fields = head.lower() + b"\r\n"
    assert b"\r\ncontent-type: application/problem+json\r\n" in fields
    found = json.loads(content)
    assert found == {
        "message": found["detail"],
        "code": code,
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": found["message"],
    }
    assert found["message"]


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer with the environ, and with the body as text."""
    shown = {k: v for k, v in environ.items() if isinstance(v, str | bool)}
    shown["body"] = environ["wsgi.input"].read().decode("latin-1")
    content = json.dumps(shown).encode()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [content]
