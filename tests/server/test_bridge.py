"""Answers: those of the application, and those given in its place."""

import json
import logging
import select
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bienvenue.server import Bridge, Options
from tests.server.support import PATIENCE, Running, assert_problem, running


class Closable:
    """A WSGI iterable that notes that it was closed."""

    def __init__(self, *parts: bytes) -> None:
        self.parts = parts
        self.closed = threading.Event()

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.parts)

    def close(self) -> None:
        self.closed.set()


def fixed(
    status: str, body: Any, *headers: tuple[str, str]
) -> Callable[..., Any]:
    """Return an application that always answers the same."""

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        start_response(status, list(headers))
        return body

    return app


def raising(error: BaseException) -> Callable[..., Any]:
    """Return an application that fails, except at ``/fine``."""

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        if environ["PATH_INFO"] != "/fine":
            raise error
        start_response("204 No Content", [])
        return []

    return app


def test_a_body_in_parts_is_sent_whole_and_closed() -> None:
    body = Closable(b"a", b"", b"bc")
    length = ("Content-Length", "999")
    with running(fixed("200 OK", body, length)) as server:
        status, headers, content = server.ask("GET", "/")
    assert (status, content) == (200, b"abc")
    assert headers["content-length"] == "3"
    assert body.closed.wait(PATIENCE)


def test_head_has_the_length_and_no_body() -> None:
    app = fixed("200 OK", [b"abc"], ("Content-Length", "3"))
    with running(app) as server:
        head = b"HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = server.raw(head)
    assert b"\r\ncontent-length: 3\r\n" in answer
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
@pytest.mark.parametrize("method", [b"GET", b"HEAD"])
def test_no_body_where_there_is_none(status: str, method: bytes) -> None:
    app = fixed(status, [b"abc"], ("Content-Length", "3"))
    with running(app) as server:
        head = b" / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = server.raw(method + head)
    assert answer.startswith(f"HTTP/1.1 {status}\r\n".encode())
    assert answer.endswith(b"\r\n\r\n")
    assert status.startswith("304") or b"content-length" not in answer


def test_headers_of_the_connection_are_not_the_applications() -> None:
    app = fixed(
        "200 OK",
        [b""],
        ("Connection", "close"),
        ("Transfer-Encoding", "chunked"),
        ("X-Name", "caf\xc3\xa9"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
    )
    with running(app) as server:
        close = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        answer = server.raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", close)
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert b"chunked" not in answer
    assert b"\r\nx-name: caf\xc3\xa9\r\n" in answer
    assert answer.count(b"\r\nset-cookie: a=1\r\nset-cookie: b=2\r\n") == 2


@pytest.mark.requirement("RFC9457", "V16.5.1")
@pytest.mark.parametrize(
    "app",
    [
        raising(KeyError("a secret")),
        raising(SystemExit("a secret")),
        fixed("200 OK", [b"x"], ("X-Name", "a secret\r\nX-Other: 1")),
        fixed("200 OK", [b"x"], ("a secret", "1")),
        fixed("200 OK", ["a secret"]),
        fixed("199 a secret", [b"x"]),
        fixed("a secret", [b"x"]),
        lambda environ, start_response: [b"a secret"],
    ],
)
def test_a_failing_application(
    app: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with running(app) as server, caplog.at_level(logging.ERROR):
        for _ in range(3):
            status, headers, content = server.ask("GET", "/a-secret")
            assert status == 500
            assert headers["cache-control"] == "no-store"
            assert headers["content-type"] == "application/problem+json"
            assert json.loads(content) == {
                "message": "internal error",
                "code": "internal_error",
                "type": "about:blank",
                "title": "Internal Server Error",
                "status": 500,
                "detail": "internal error",
            }
    assert [record.name for record in caplog.records] == [
        "bienvenue.server"
    ] * 3
    assert "the application raised" in caplog.text
    assert "secret" not in caplog.text


def test_the_process_goes_on_after_a_failure() -> None:
    options = Options(threads=1)
    with running(raising(RuntimeError()), options) as server:
        assert server.ask("GET", "/")[0] == 500
        assert server.ask("GET", "/fine")[0] == 204


@pytest.mark.requirement("V15.2.2", "RFC9457")
def test_too_many_requests_are_refused_at_once() -> None:
    inside, leave = threading.Event(), threading.Event()

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        inside.set()
        assert leave.wait(PATIENCE)
        start_response("200 OK", [])
        return [b"done"]

    with running(app, Options(threads=1, queue=1)) as server:
        get = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        with server.connect(get) as first:
            assert inside.wait(PATIENCE)
            # One runs, one may wait: of these two, one is refused.
            pair = [server.connect(get), server.connect(get)]
            refused = _first_answer(pair)
            assert b"\r\nretry-after: 1\r\n" in refused
            assert_problem(refused, 503, "overloaded")
            leave.set()
            assert first.recv(65536).endswith(b"done")
            assert _first_answer(pair).endswith(b"done")
            for sock in pair:
                sock.close()


def _first_answer(pair: list[Any]) -> bytes:
    """Return what comes on the first connection to get anything."""
    ready = select.select(pair, [], [], PATIENCE)[0]
    assert ready
    found: bytes = ready[0].recv(65536)
    return found


def test_the_door_answers_before_the_application(
    caplog: pytest.LogCaptureFixture,
) -> None:
    error = ValueError("a secret")

    def door(scope: Any) -> Any:
        if scope.path == "/mine":
            return 200, [("X-Door", "1")], b"at the door"
        if scope.path == "/broken":
            raise error
        return None

    app = fixed("200 OK", [b"inside"])
    with running(app, door_factory=lambda _: door) as server:
        assert server.ask("GET", "/mine")[2] == b"at the door"
        assert server.ask("GET", "/mine")[1]["x-door"] == "1"
        assert server.ask("POST", "/mine", b"x")[2] == b"inside"
        assert server.ask("GET", "/other")[2] == b"inside"
        assert server.ask("GET", "/broken")[2] == b"inside"
    assert "the door raised ValueError" in caplog.text
    assert "secret" not in caplog.text


def test_a_websocket_is_an_ordinary_request() -> None:
    with running(fixed("200 OK", [b"plain"])) as server:
        answer = server.raw(
            b"GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
            b"Connection: upgrade, close\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
    assert answer.endswith(b"plain")


def test_an_offered_websocket_is_refused() -> None:
    closed = []

    class Websocket:
        proto = "ws"
        method = "GET"

        def close(self, status: int) -> None:
            closed.append(status)

    bridge = Bridge(fixed("200 OK", []), threads=1)
    both: Any = Websocket()
    assert list(bridge.__rsgi__(both, both).__await__()) == []
    assert closed == [403]
    bridge.close(PATIENCE)


@pytest.mark.requirement("REL-5")
def test_a_header_block_without_end(fixed_server: Running) -> None:
    line = b"X-Long: " + b"x" * 200_000
    answer = fixed_server.raw(b"GET / HTTP/1.1\r\nHost: x\r\n", line)
    assert answer.startswith(b"HTTP/1.1 431 ")


@pytest.fixture
def fixed_server() -> Iterator[Running]:
    with running(fixed("200 OK", [b""])) as started:
        yield started
