"""What every answer of a started production service carries."""

import re
from collections.abc import Iterator

import pytest
import requests

from bienvenue import Settings
from bienvenue.web import headers
from tests.http.client import Client, new_address
from tests.http.test_raw import HOST, ask, get
from tests.service import Service, started

WORD = "fifteen letters"
NAME = "__Host-session_id"
SAFE = {
    "BIENVENUE_SECRET_KEY": "not a secret: for tests alone, and long",
    "BIENVENUE_TLS_PROXY": "true",
    "BIENVENUE_TRUSTED_HOPS": "1",
    "BIENVENUE_MAIL": "off",
    "BIENVENUE_BCRYPT_ROUNDS": "10",
    "BIENVENUE_HOST_COOKIE": "true",
}
FIXED = headers.for_all(Settings(profile="production"))


@pytest.fixture(scope="module")
def production(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Service]:
    """The service as it is started for everyone."""
    folder = tmp_path_factory.mktemp("production")
    with started(folder, command="serve", env=SAFE) as running:
        yield running


@pytest.fixture(scope="module")
def session_id(production: Service) -> str:
    """A live session."""
    with Client(production.url) as client:
        body = {"email": new_address(), "password": WORD}
        assert client.ask("POST", "/users", json=body).status_code == 200
        answer = client.ask("POST", "/sessions", json=body)
        found = re.search(f"{NAME}=([^;]+); ", answer.headers["Set-Cookie"])
        assert found
        return found[1]


def asked(
    service: Service, method: str, path: str, session_id: str
) -> requests.Response:
    """Ask with a session; ``requests`` keeps secure cookies from http."""
    with Client(service.url) as client:
        cookie = {"Cookie": f"{NAME}={session_id}"}
        return client.ask(method, path, headers=cookie)


@pytest.mark.requirement(
    "V3.4.1",
    "V3.4.3",
    "V3.4.4",
    "V3.4.5",
    "V3.4.6",
    "V3.5.8",
    "V13.4.6",
    "V14.3.2",
    "RFC9111-vary",
)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/profile", 200),  # by the door
        ("HEAD", "/profile", 200),  # not by the door
        ("GET", "/profile/", 200),
        ("GET", "/sessions", 200),
        ("GET", "/users/me/export", 200),
        ("OPTIONS", "/profile", 200),
        ("POST", "/sessions", 415),
        ("POST", "/users", 415),
        ("DELETE", "/sessions/99", 404),
        ("GET", "/nope", 404),
        ("GET", "/dev/mailbox", 404),
        ("PATCH", "/users", 405),
        ("GET", "/openapi.json", 200),
    ],
)
def test_every_answer(
    production: Service,
    session_id: str,
    method: str,
    path: str,
    status: int,
) -> None:
    answer = asked(production, method, path, session_id)
    assert answer.status_code in (status, 400 if status == 415 else status)
    for name, value in FIXED.items():
        assert answer.headers[name] == value, name
    # Whose server it is, not which of its releases.
    assert answer.headers["Server"] == "granian"
    assert "X-Powered-By" not in answer.headers


@pytest.mark.requirement("V3.4.1", "V3.4.4", "V13.4.6", "V14.3.2")
def test_what_the_server_refuses_by_itself(production: Service) -> None:
    twice = HOST + b"Content-Type: text/plain\r\nContent-Type: text/html"
    body = b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"
    for request_ in (
        get(b"/", HOST.strip(), b"Host: other"),
        get(b"/", twice),
        b"POST /users HTTP/1.1\r\n" + HOST + body,
    ):
        status, head, _ = ask(production, request_)
        assert status == 400
        assert not re.search(rb"\r\nserver: .*[0-9/]", head)
        if b"content-type: application/problem+json" not in head:
            continue  # Granian's own, for what is no HTTP: it says nothing
        for name, value in FIXED.items():
            line = f"\r\n{name}: {value}".lower().encode()
            assert line in head, name


@pytest.mark.requirement("V3.3.3", "RFC6265bis-4.1.3.2", "RFC6265bis-dup")
def test_only_one_cookie_of_the_right_name_counts(
    production: Service, session_id: str
) -> None:
    for cookie, status in (
        (f"{NAME}={session_id}", 200),
        (f"session_id=planted; {NAME}={session_id}", 200),
        (f"session_id={session_id}", 403),
        (f"={NAME}={session_id}", 403),
        (f"{NAME}={session_id}; {NAME}={session_id}", 403),
        (f"{NAME}=planted; {NAME}={session_id}", 403),
        (f"{NAME}={session_id}; {NAME}=planted", 403),
    ):
        line = f"Cookie: {cookie}".encode()
        found, _, _ = ask(production, get(b"/profile", HOST.strip(), line))
        assert found == status, cookie
