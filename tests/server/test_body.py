"""Bodies: how much is taken, and what becomes of the rest."""

import json
import socket
import threading
from collections.abc import Iterator

import pytest

from bienvenue.server import TOO_LARGE, Limits, Options
from tests.server.support import (
    PATIENCE,
    Running,
    assert_problem,
    echo,
    read_all,
    running,
)

MAX = 64 * 1024
HEAD = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(echo) as started:
        yield started


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


@pytest.mark.parametrize("size", [0, 1, MAX])
def test_a_body_up_to_the_limit(server: Running, size: int) -> None:
    status, _, content = server.ask("POST", "/", b"x" * size)
    seen = json.loads(content)
    assert status == 200
    assert seen["body"] == "x" * size
    assert seen["CONTENT_LENGTH"] == str(size)
    assert TOO_LARGE not in seen


@pytest.mark.parametrize("size", [MAX + 1, 1_000_000, MAX + 1024 * 1024])
def test_a_body_above_the_limit_is_read_to_its_end(
    server: Running, size: int
) -> None:
    status, headers, content = server.ask("POST", "/", b"x" * size)
    seen = json.loads(content)
    assert status == 200
    assert seen[TOO_LARGE] is True
    assert seen["body"] == ""
    assert seen["CONTENT_LENGTH"] == "0"
    assert "connection" not in headers


def test_a_chunked_body(server: Running) -> None:
    answer = server.raw(CHUNKED, chunk(b"ab"), chunk(b"cde"), chunk(b""))
    seen = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert seen["body"] == "abcde"
    assert seen["CONTENT_LENGTH"] == "5"


def test_a_chunked_body_above_the_limit(server: Running) -> None:
    parts = [chunk(b"x" * 1024)] * 65
    answer = server.raw(CHUNKED, *parts, chunk(b""))
    seen = json.loads(answer.partition(b"\r\n\r\n")[2])
    assert seen[TOO_LARGE] is True
    assert seen["body"] == ""


@pytest.mark.requirement("REL-5")
@pytest.mark.parametrize("length", [None, 100_000_000])
def test_an_endless_body_is_not_read(
    server: Running, length: int | None
) -> None:
    head = HEAD + b"Content-Length: %d\r\n\r\n" % (length or 0)
    sent = 0
    with server.connect(CHUNKED if length is None else head) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 65536)
        part = b"x" * 65536
        try:
            while sent < 100_000_000:
                sock.sendall(chunk(part) if length is None else part)
                sent += len(part)
        except ConnectionError:
            pass
    # What the server read, and what the two kernels hold between.
    assert sent < 16_000_000


@pytest.mark.requirement("REL-5")
def test_the_refusal_of_a_huge_length_comes_at_once(server: Running) -> None:
    answer = server.raw(HEAD + b"Content-Length: 100000000\r\n\r\n")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])[TOO_LARGE] is True
    assert b"\r\nconnection: close\r\n" in answer.lower()


def test_a_client_that_asks_first_is_not_told_to_go_on(
    server: Running,
) -> None:
    expect = HEAD + b"Expect: 100-continue\r\n"
    refused = server.raw(expect + b"Content-Length: 70000\r\n\r\n")
    assert refused.startswith(b"HTTP/1.1 200 ")
    assert json.loads(refused.partition(b"\r\n\r\n")[2])[TOO_LARGE] is True
    with server.connect(expect + b"Content-Length: 2\r\n\r\n") as sock:
        assert sock.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        sock.sendall(b"ab")
        assert b'"body": "ab"' in read_all(sock)


@pytest.mark.parametrize(
    "sent",
    [
        HEAD + b"Content-Length: 30\r\n\r\npassword=sec",
        CHUNKED + chunk(b"password=sec"),
        CHUNKED + chunk(b"password=sec") + b"zz\r\n",
    ],
)
def test_half_a_body_is_no_body(server: Running, sent: bytes) -> None:
    with server.connect(sent) as sock:
        sock.shutdown(socket.SHUT_WR)
        answer = read_all(sock)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"sec" not in answer.partition(b"\r\n\r\n")[2]


@pytest.mark.requirement("RFC9457")
def test_a_body_that_is_too_slow() -> None:
    limits = Limits(timeout=0.2)
    called = threading.Event()

    def app(environ: dict[str, object], start: object) -> list[bytes]:
        called.set()
        raise AssertionError

    with running(app, Options(threads=1, limits=limits)) as server:
        answer = server.raw(HEAD + b"Content-Length: 30\r\n\r\npassword=sec")
    assert_problem(answer, 408, "request_timeout")
    assert not called.is_set()


def test_slow_bodies_cost_no_thread(server: Running) -> None:
    sent = HEAD + b"Content-Length: 30\r\n\r\nx"
    slow = [server.connect(sent) for _ in range(100)]
    try:
        assert server.ask("POST", "/", b"quick")[0] == 200
        slow[0].sendall(b"y" * 29)
        slow[0].settimeout(PATIENCE)
        assert b'"body": "x' in read_all(slow[0])
    finally:
        for sock in slow:
            sock.close()


def test_silent_clients_cost_no_thread(server: Running) -> None:
    silent = [server.connect(b"GET / HT"[: n % 9]) for n in range(200)]
    try:
        assert server.ask("GET", "/")[0] == 200
    finally:
        for sock in silent:
            sock.close()


def test_pipelined_requests_are_answered_in_order(server: Running) -> None:
    first = b"POST /1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
    second = b"GET /2 HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET /3 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = server.raw(first + second + last)
    places = [answer.index(b'"PATH_INFO": "/%d"' % n) for n in (1, 2, 3)]
    assert places == sorted(places)
