"""Requests that no client library would send."""

import json
import re
import socket

import pytest

from tests.http.client import PATIENCE, Client
from tests.service import Service

HOST = b"Host: localhost\r\n"


def ask(service: Service, *parts: bytes) -> tuple[int, bytes, bytes]:
    """Send bytes; return status, head and body of the first answer."""
    address = ("127.0.0.1", service.port)
    with socket.create_connection(address, PATIENCE) as sock:
        for part in parts:
            sock.sendall(part)
        whole = b""
        while more := sock.recv(65536):
            whole += more
    head, _, body = whole.partition(b"\r\n\r\n")
    found = re.match(rb"HTTP/1\.[01] (\d{3}) ", head)
    assert found, whole
    return int(found[1]), head.lower(), body


def get(path: bytes, *lines: bytes, version: bytes = b"1.1") -> bytes:
    """Return the bytes of a GET request."""
    first = b"GET " + path + b" HTTP/" + version
    rest = (*lines, b"Connection: close", b"", b"")
    return b"\r\n".join((first, *rest))


@pytest.mark.parametrize(
    "request_",
    [
        b"\0\0\0\0\r\n\r\n",
        b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03\r\n\r\n",  # TLS
        b"GET\r\n\r\n",
        b"GET /\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"get / http/1.1\r\n" + HOST + b"\r\n",
        b"GET /profile HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + HOST + b"Cookie: a\0b\r\n\r\n",
        b"POST /users HTTP/1.1\r\n" + HOST + b"Content-Length: -1\r\n\r\n",
        b"POST /users HTTP/1.1\r\n" + HOST + b"Content-Length: x\r\n\r\n",
        b"POST /users HTTP/1.1\r\n"
        + HOST
        + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"POST /users HTTP/1.1\r\n"
        + HOST
        + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /users HTTP/1.1\r\n"
        + HOST
        + b"Content-Type: application/json\r\nContent-Type: text/plain\r\n"
        b"Content-Length: 2\r\n\r\n{}",
    ],
)
def test_broken_requests(service: Service, request_: bytes) -> None:
    address = ("127.0.0.1", service.port)
    with socket.create_connection(address, PATIENCE) as sock:
        sock.sendall(request_)
        whole = sock.recv(65536)
    assert not whole or re.match(rb"HTTP/1\.[01] 4\d\d ", whole), whole


@pytest.mark.parametrize(
    "request_",
    [
        b"G",
        b"GET / HTTP/1.1\r\n" + HOST,
        b"POST /users HTTP/1.1\r\n" + HOST + b"Content-Length: 9\r\n\r\n{",
        b"POST /users HTTP/1.1\r\n"
        + HOST
        + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{",
    ],
)
def test_requests_cut_short(service: Service, request_: bytes) -> None:
    address = ("127.0.0.1", service.port)
    with socket.create_connection(address, PATIENCE) as sock:
        sock.sendall(request_)
        sock.shutdown(socket.SHUT_WR)
        whole = sock.recv(65536)
    assert not whole or re.match(rb"HTTP/1\.[01] 4\d\d ", whole), whole
    with Client(service.url) as client:
        assert client.ask("GET", "/").status_code == 200


@pytest.mark.parametrize(
    "line",
    [
        b"Host: ",
        b"Host: evil.example",
        b"Host: a b",
        b"Host: [::1",
        b"Host: localhost:99999",
        b"Host: \xff\xfe",
        b"Host: " + b"a" * 5000,
        b"Host: localhost\r\nCookie: " + b"a=b; " * 2000,
        b"Host: localhost\r\nCookie: \xff\xfe=\xc3\xa9",
        b"Host: localhost\r\nCookie: session_id=\xff",
        b"Host: localhost\r\nAccept: " + b"text/html;q=x," * 500,
        b"Host: localhost\r\nUser-Agent: \xf0\x9f\x92\xa9\xff",
        b"Host: localhost\r\nX-A: " + b"a" * 8000,
        b"Host: localhost\r\nRange: bytes=0-1,5-,-9,zz",
    ],
)
def test_odd_headers(service: Service, line: bytes) -> None:
    for path in (b"/", b"/profile", b"/nope", b"/docs"):
        status, _, body = ask(service, get(path, line))
        assert status in (200, 400, 403, 404, 431), body
        if status != 200:
            assert json.loads(body)["code"]


@pytest.mark.requirement("REL-5")
def test_too_many_headers(service: Service) -> None:
    lines = [b"X-%d: %d" % (n, n) for n in range(500)]
    status, *_ = ask(service, get(b"/", b"Host: localhost", *lines))
    assert status in (400, 431)


@pytest.mark.requirement("V4.1.4", "V13.4.4")
@pytest.mark.parametrize("method", [b"CONNECT", b"TRACE", b"TRACK", b"DEBUG"])
def test_methods_of_proxies_do_nothing(
    service: Service, method: bytes
) -> None:
    """And what was sent with them is not sent back."""
    for target in (b"/users", b"localhost:80", b"*", b"http://localhost/"):
        request = get(target, b"Host: localhost", b"X-Secret: hunter2")
        status, _, body = ask(service, request.replace(b"GET", method, 1))
        assert status in (400, 404, 405, 501), (target, status)
        assert b"hunter2" not in body


def test_old_clients(service: Service) -> None:
    status, _, body = ask(service, get(b"/", version=b"1.0"))
    assert (status, json.loads(body)) == (200, {"message": "Bienvenue"})


def test_a_slash_too_many_is_forgiven(service: Service) -> None:
    line = b"Host: localhost:5000"
    status, head, _ = ask(service, get(b"/profile//", line))
    assert status == 308
    assert b"\r\nlocation: /profile/\r\n" in head
    status, _, body = ask(service, get(b"//profile", line))
    assert (status, json.loads(body)["code"]) == (403, "session_required")


@pytest.mark.requirement("RFC6265bis-dup")
def test_two_cookie_headers(service: Service, client: Client) -> None:
    email = client.register()
    first, second = client.log_in(email), client.log_in(email)
    lines = [
        f"Cookie: session_id={one}".encode() for one in (first, second)
    ]
    request = get(b"/profile", b"Host: localhost", *lines)
    status, _, body = ask(service, request)
    assert (status, json.loads(body)["code"]) == (403, "session_required")
    for other in (b"Cookie: a=b", b"Cookie: \xff=b", b"Cookie:"):
        request = get(b"/profile", b"Host: localhost", other, lines[0])
        status, _, body = ask(service, request)
        assert (status, json.loads(body)) == (200, {"email": email})


def test_requests_in_one_packet(service: Service) -> None:
    one = b"GET /nope HTTP/1.1\r\n" + HOST + b"\r\n"
    _, _, rest = ask(service, one * 4 + get(b"/", b"Host: localhost"))
    assert rest.count(b'"not_found"') == 4
    assert rest.count(b"Bienvenue") == 1


def test_it_said_nothing_of_all_this(service: Service) -> None:
    assert service.complaints() == ""
