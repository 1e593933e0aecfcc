"""What a WSGI application sees of a request."""

import os
from collections.abc import Iterator

import pytest

from bienvenue.server.environ import split
from tests.server.support import Running, assert_problem, echo, running


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(echo) as started:
        yield started


def test_a_plain_request(server: Running) -> None:
    seen = server.environ(
        b"GET /a/b?c=d&e HTTP/1.1", b"Host: x.test:81", b"X-One: 1"
    )
    assert seen["REQUEST_METHOD"] == "GET"
    assert seen["SCRIPT_NAME"] == ""
    assert seen["PATH_INFO"] == "/a/b"
    assert seen["QUERY_STRING"] == "c=d&e"
    assert seen["SERVER_NAME"] == "127.0.0.1"
    assert seen["SERVER_PORT"] == str(server.port)
    assert seen["SERVER_PROTOCOL"] == "HTTP/1.1"
    assert seen["REMOTE_ADDR"] == "127.0.0.1"
    assert int(seen["REMOTE_PORT"]) > 0
    assert seen["HTTP_HOST"] == "x.test:81"
    assert seen["HTTP_X_ONE"] == "1"
    assert seen["wsgi.url_scheme"] == "http"
    assert seen["wsgi.multithread"] is True
    assert seen["wsgi.multiprocess"] is False
    assert "CONTENT_LENGTH" not in seen
    assert "bienvenue.body_too_large" not in seen


def test_nothing_of_the_process_environment(
    server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_X_REAL_IP", "192.0.2.66")
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", "a secret of the process")
    with running(echo) as later:
        for started in (server, later):
            seen = started.environ(b"GET / HTTP/1.1", b"Host: x")
            assert "HTTP_X_REAL_IP" not in seen
            known = {"SERVER_NAME", "SERVER_PORT"}
            assert not (seen.keys() - known) & os.environ.keys()


@pytest.mark.requirement("V1.1.1")
@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/%41%2541", "/A%41"),
        (b"/%C3%A9", "/\xc3\xa9"),
        (b"/\xc3\xa9", "/\xc3\xa9"),
        (b"/%00", "/\x00"),
        (b"/%FF", "/\xef\xbf\xbd"),
        (b"//x//", "//x//"),
        (b"/a%2Fb%3Fc", "/a/b?c"),
        (b"http://host.test/y", "/y"),
    ],
)
def test_percent_signs_are_decoded_once(
    server: Running, target: bytes, path: str
) -> None:
    seen = server.environ(b"GET " + target + b" HTTP/1.1", b"Host: x")
    assert seen["PATH_INFO"] == path


def test_a_query_is_not_decoded(server: Running) -> None:
    seen = server.environ(b"GET /?a=%41\xc3\xa9 HTTP/1.1", b"Host: x")
    assert seen["QUERY_STRING"] == "a=%41\xc3\xa9"


def test_an_absolute_target_outranks_host(server: Running) -> None:
    seen = server.environ(b"GET http://u@real.test/ HTTP/1.1", b"Host: other")
    assert seen["HTTP_HOST"] == "real.test"


@pytest.mark.requirement("V4.1.3")
def test_header_names_with_an_underscore_are_dropped(server: Running) -> None:
    seen = server.environ(
        b"GET / HTTP/1.1",
        b"Host: x",
        b"X_Real_Ip: 192.0.2.66",
        b"Content_Length: 5",
        b"X-Other: kept",
    )
    assert "HTTP_X_REAL_IP" not in seen
    assert "HTTP_CONTENT_LENGTH" not in seen
    assert "CONTENT_LENGTH" not in seen
    assert seen["HTTP_X_OTHER"] == "kept"


def test_repeated_headers_are_joined(server: Running) -> None:
    seen = server.environ(
        b"GET / HTTP/1.1",
        b"Host: x",
        b"Accept: a",
        b"Accept: b",
        b"Cookie: c=1",
        b"Cookie: d=2",
    )
    assert seen["HTTP_ACCEPT"] == "a,b"
    assert seen["HTTP_COOKIE"] == "c=1; d=2"


@pytest.mark.requirement("RFC9457")
@pytest.mark.parametrize(
    "line",
    [b"Host: x", b"Authorization: a", b"Content-Type: a/b"],
)
def test_a_header_that_may_come_once(server: Running, line: bytes) -> None:
    extra = [] if line.startswith(b"Host") else [b"Host: x"]
    head = [b"GET / HTTP/1.1", *extra, line, line, b"", b""]
    answer = server.raw(b"\r\n".join(head))
    assert_problem(answer, 400, "bad_request")


def test_repeated_content_lengths(server: Running) -> None:
    # Equal ones are one (RFC 9112, section 6.3); others are a smuggler's.
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    equal = head + b"Content-Length: 2\r\n" * 2 + b"\r\nab"
    assert b'"CONTENT_LENGTH": "2"' in server.raw(equal)
    other = head + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nabc"
    assert server.raw(other).startswith(b"HTTP/1.1 400 ")


def test_http_1_1_without_host(server: Running) -> None:
    answer = server.raw(b"GET / HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_http_1_0_needs_no_host(server: Running) -> None:
    answer = server.raw(b"GET / HTTP/1.0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.0 200 ")
    assert b'"SERVER_PROTOCOL": "HTTP/1.0"' in answer


@pytest.mark.parametrize("method", ["TRACE", "CONNECT", "FROB", "get"])
def test_strange_methods_reach_the_application(
    server: Running, method: str
) -> None:
    target = "x.test:443" if method == "CONNECT" else "/"
    line = f"{method} {target} HTTP/1.1".encode()
    answer = server.raw(line, b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_the_asterisk(server: Running) -> None:
    seen = server.environ(b"OPTIONS * HTTP/1.1", b"Host: x")
    assert seen["PATH_INFO"] == "*"


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("192.0.2.1:80", ("192.0.2.1", "80")),
        ("[::1]:80", ("::1", "80")),
        ("[::ffff:192.0.2.1]:80", ("192.0.2.1", "80")),
    ],
)
def test_addresses(address: str, parts: tuple[str, str]) -> None:
    assert split(address) == parts
