"""Each proxy with its recipe, in front of two nodes in production."""

import json
from contextlib import ExitStack, closing
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from threading import Event
from typing import NamedTuple

import pytest

from tests.http.client import (
    PATIENCE,
    PROBLEM,
    Client,
    assert_problem,
    new_address,
)
from tests.proxies.conftest import settings
from tests.proxies.nginx import Nginx
from tests.services.ledger import PASSWORD
from tests.services.nodes import Nodes, behind

ELSEWHERE = "127.0.0.2"
"""A client's own address, which no proxy and no node has."""
CROWD = 60
FORGED = "203.0.113.7"


class Said(NamedTuple):
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes


def said(
    nodes: Nodes,
    method: str,
    path: str,
    body: object = None,
    headers: dict[str, str] | None = None,
) -> Said:
    """Ask the proxy from elsewhere."""
    kind = {"Content-Type": "application/json"}
    with closing(nodes.front.connect(ELSEWHERE)) as link:
        content = None if body is None else json.dumps(body)
        link.request(method, path, content, kind | (headers or {}))
        answer = link.getresponse()
        return Said(answer.status, answer.headers, answer.read())


def plainly(nodes: Nodes, method: str, path: str) -> Said:
    """Ask without TLS."""
    port = nodes.front.plain_port
    link = HTTPConnection("localhost", port, timeout=PATIENCE)
    with closing(link):
        link.request(method, path)
        answer = link.getresponse()
        return Said(answer.status, answer.headers, answer.read())


def address_of(nodes: Nodes, request_id: str) -> object:
    """Return who made an account, as the node that made it knows them."""
    for _ in range(int(PATIENCE / 0.05)):  # the log follows the answer
        for event in (each for node in nodes.all for each in node.events()):
            names = event["event"], event["request_id"]
            if names == ("user_created", request_id):
                return event["address"]
        Event().wait(0.05)
    raise AssertionError(f"no account was made by {request_id}")


def test_the_contract(client: Client) -> None:
    assert client.ask("GET", "/").json() == {"message": "Bienvenue"}
    email = client.register(PASSWORD)
    client.log_in(email, PASSWORD)
    found = client.ask("GET", "/profile")
    assert (found.status_code, found.json()) == (200, {"email": email})
    ended = client.ask("DELETE", "/sessions")
    assert (ended.status_code, ended.headers["Location"]) == (302, "/")
    assert client.ask("GET", "/profile").status_code == 403
    wrong = {"email": email, "password": f"{PASSWORD}, no"}
    assert_problem(
        client.ask("POST", "/sessions", json=wrong),
        401,
        "invalid_credentials",
    )
    assert_problem(client.ask("GET", "/nope"), 404, "not_found")
    assert client.ask("HEAD", "/profile/").status_code == 403


@pytest.mark.requirement("V3.3.1")
def test_the_cookie_is_secure(client: Client) -> None:
    body = {"email": client.register(PASSWORD), "password": PASSWORD}
    answer = client.ask("POST", "/sessions", json=body)
    cookies = answer.raw.headers.getlist("Set-Cookie")
    (session,) = (one for one in cookies if one.startswith("session_id="))
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= set(
        session.split("; ")
    )


def test_both_nodes_are_used(nodes: Nodes, client: Client) -> None:
    for _ in range(8):
        client.register(PASSWORD)
    assert all(node.hears_error("user_created") for node in nodes.all)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Forwarded-For", FORGED),
        ("x-forwarded-for", f"{FORGED}, {FORGED}"),
        ("X_Forwarded_For", FORGED),
        ("X-Real-IP", FORGED),
        ("Forwarded", f"for={FORGED};proto=http;host=evil.example"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Proto", "http"),
        ("X-Request-ID", "forged"),
        ("Connection", "X-Forwarded-For, X-Request-ID"),
    ],
)
def test_a_client_is_who_it_is(nodes: Nodes, name: str, value: str) -> None:
    """Whatever it says of itself."""
    body = {"email": new_address(), "password": PASSWORD}
    answer = said(nodes, "POST", "/users", body, {name: value})
    assert answer.status == 200, answer
    request_id = answer.headers["X-Request-ID"]
    assert request_id not in (None, "forged")
    assert address_of(nodes, request_id) == ELSEWHERE


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("X-Forwarded-For $remote_addr", "X-Forwarded-For"),
        ("X-Request-ID $request_id", "X-Request-ID"),
    ],
)
def test_without_its_line_a_lie_is_believed(
    tmp_path: Path, line: str, name: str
) -> None:
    """So what is looked for above would be found."""
    with behind(tmp_path, settings(tmp_path)) as nodes:
        front = nodes.front
        assert isinstance(front, Nginx)
        assert line in front.written()
        front.write(front.written().replace(f"proxy_set_header {line};", ""))
        front.reload()
        for _ in range(int(PATIENCE / 0.05)):  # its old workers may answer
            body = {"email": new_address(), "password": PASSWORD}
            answer = said(nodes, "POST", "/users", body, {name: FORGED})
            request_id = answer.headers["X-Request-ID"]
            if FORGED in (request_id, address_of(nodes, request_id)):
                return
    raise AssertionError("nobody believed it")


def test_another_host_is_not_passed_on(nodes: Nodes) -> None:
    """The name that TLS was asked for is ours, the one in the head not."""
    answer = said(nodes, "GET", "/", headers={"Host": "evil.example"})
    assert b"Bienvenue" not in answer.body
    if nodes.front.name != "caddy":  # which says nothing, with 200
        assert answer.status == 421


@pytest.mark.requirement("V12.2.1")
def test_plain_http_leads_to_https_and_takes_no_password(
    nodes: Nodes,
) -> None:
    led = plainly(nodes, "GET", "/profile?a=b")
    assert led.status == 301
    assert led.headers["Location"] == f"{nodes.front.url}/profile?a=b"
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        assert plainly(nodes, method, "/sessions").status == 403


def test_slow_bodies(nodes: Nodes, client: Client) -> None:
    """A crowd that never finishes keeps nobody waiting, and is let go."""
    email = client.register(PASSWORD)
    head = (
        f"POST /users HTTP/1.1\r\nHost: localhost:{nodes.front.port}\r\n"
        "Content-Type: application/json\r\nContent-Length: 60\r\n\r\n"
    )
    with ExitStack() as block:
        crowd = [
            block.enter_context(closing(nodes.front.connect(ELSEWHERE)))
            for _ in range(CROWD)
        ]
        for link in crowd:
            link.connect()
            link.sock.sendall(head.encode() + b'{"email": ')
        for _ in range(4):
            client.log_in(email, PASSWORD)
            assert client.ask("GET", "/profile").status_code == 200
        for link in crowd:
            link.sock.settimeout(2 * PATIENCE)
            answer = link.sock.recv(65536)
            assert answer == b"" or answer.startswith(b"HTTP/1.1 ")
            assert not answer.startswith(b"HTTP/1.1 2")


@pytest.mark.parametrize("size", [70_000, 300_000, 3_000_000])
def test_a_large_body(nodes: Nodes, client: Client, size: int) -> None:
    """The nodes say how much they take, the proxy refuses what is absurd."""
    body = {"email": new_address(), "password": "x" * size}
    answer = said(nodes, "POST", "/users", body)
    assert answer.status == 413
    assert answer.headers["Content-Type"] == PROBLEM
    assert json.loads(answer.body)["code"] == "content_too_large"
    assert client.ask("GET", "/").status_code == 200
