"""``GET /verify``: what a proxy is told about the request it holds."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue.auth import Auth
from bienvenue.web import identity
from bienvenue.web.extension import KEY
from tests import mailed
from tests.web.conftest import Make
from tests.web.doors import Scope, front, same

EMAIL = "jos\u00e9%20@example.com"
PAGE = "https://id.example.com/sign-in"
HELD = {
    "X-Forwarded-Method": "GET",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "app.example.com",
    "X-Forwarded-Uri": "/reports?year=2026&q=a%20b",
}
RETURN = "https://app.example.com/reports?year=2026&q=a%20b"
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def app(make: Make) -> Flask:
    """A service that knows one application."""
    return make(
        sign_in_url=PAGE,
        public_url="https://id.example.com",
        return_origins="https://app.example.com",
    )


@pytest.fixture
def auth(app: Flask) -> Auth:
    """The use cases, with one account."""
    found: Auth = app.extensions[KEY].auth
    found.register_user(EMAIL, "b4l0u")
    return found


def begin(auth: Auth) -> str:
    """Begin a session of the one account."""
    return str(auth.create_session(EMAIL))


def test_a_live_session(client: FlaskClient, auth: Auth) -> None:
    raw = begin(auth)
    client.set_cookie("session_id", raw)
    answer = client.get("/verify")
    assert answer.status_code == 200
    assert answer.data == b""
    assert answer.headers["X-Auth-User"] == "1"
    assert answer.headers["X-Auth-Email"] == "jos%C3%A9%2520@example.com"
    assert unquote(answer.headers["X-Auth-Email"]) == EMAIL
    assert answer.headers["X-Auth-Verified"] == "false"
    assert answer.headers["X-Auth-Session"] == "1"
    assert answer.headers["X-Auth-Actor"] == "0"
    assert answer.headers["Cache-Control"] == "no-store"
    assert raw not in str(answer.headers)


def test_the_door_says_what_the_route_says(
    app: Flask, client: FlaskClient, auth: Auth
) -> None:
    raw = begin(auth)
    client.set_cookie("session_id", raw)
    answer = client.get("/verify")
    reply = front(app)(Scope([f"session_id={raw}"], path="/verify"))
    said = sorted((name.lower(), text) for name, text in answer.headers)
    assert same(reply, (answer.status_code, said, answer.data))


def test_a_verified_address(client: FlaskClient, auth: Auth) -> None:
    mailed.verify(auth.db, EMAIL)
    client.set_cookie("session_id", begin(auth))
    assert client.get("/verify").headers["X-Auth-Verified"] == "true"


@pytest.mark.parametrize("cookie", [None, "x", "0" * 36])
def test_no_session(client: FlaskClient, cookie: str | None) -> None:
    if cookie:
        client.set_cookie("session_id", cookie)
    answer = client.get("/verify", headers=HELD | BROWSER)
    assert answer.status_code == 401
    assert answer.get_json()["code"] == "session_required"
    assert not [name for name in identity.NAMES if name in answer.headers]
    link = urlsplit(answer.headers["X-Auth-Sign-In"])
    assert f"{link.scheme}://{link.netloc}{link.path}" == PAGE
    assert parse_qs(link.query) == {"next": [RETURN]}


def test_an_ended_session(client: FlaskClient, auth: Auth) -> None:
    raw = begin(auth)
    client.set_cookie("session_id", raw)
    assert client.get("/verify").status_code == 200
    auth.end_session(raw)
    assert client.get("/verify").status_code == 401


def test_a_redirect_for_those_who_ask(client: FlaskClient) -> None:
    answer = client.get("/verify?redirect", headers=HELD | BROWSER)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer.location).query) == {"next": [RETURN]}
    script = HELD | {"Accept": "application/json"}
    assert client.get("/verify?redirect", headers=script).status_code == 401


@pytest.mark.requirement("V3.7.2")
@pytest.mark.parametrize(
    "forged",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"X-Forwarded-Host": "app.example.com@evil.example"},
        {"X-Forwarded-Host": "evil.example/app.example.com"},
        {"X-Forwarded-Proto": "javascript"},
        {"X-Forwarded-Proto": "http"},
        {"X-Forwarded-Uri": "@evil.example/"},
        {"X-Forwarded-Uri": ".evil.example/"},
        {"X-Forwarded-Uri": ""},
        {"X-Forwarded-Uri": "/" + "a" * 3000},
        {"X-Forwarded-Method": "POST"},
    ],
)
def test_no_way_to_another_place(
    client: FlaskClient, forged: dict[str, str]
) -> None:
    headers = HELD | BROWSER | forged
    answer = client.get("/verify?redirect", headers=headers)
    assert (answer.status_code, answer.location) == (302, PAGE)


def test_without_a_sign_in_page(make: Make) -> None:
    client = make().test_client()
    answer = client.get("/verify?redirect", headers=HELD | BROWSER)
    assert answer.status_code == 401
    assert answer.headers["X-Auth-Sign-In"] == ""
