"""What every answer carries."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Settings
from bienvenue.auth import Auth
from bienvenue.web import headers
from bienvenue.web.extension import KEY
from tests.web.conftest import Make

BOB = {"email": "bob@example.com", "password": "b4l0u"}


def fail(*_: Any, **__: Any) -> Any:
    """Stand for a fault nobody thought of."""
    raise RuntimeError


PRODUCTION = Settings(profile="production")

ANSWERS = pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("OPTIONS", "/users", 200),
        ("HEAD", "/profile", 403),
        ("GET", "/profile", 403),
        ("GET", "/users", 405),
        ("GET", "/nope", 404),
        ("POST", "/users", 400),
        ("POST", "/sessions", 500),
        ("GET", "/profile//", 308),
        ("GET", "/openapi.json", 200),
        ("GET", "/docs", 200),
        ("GET", "/dev/mailbox", 200),
        ("GET", "/static/bienvenue/pages.css", 200),
        ("GET", "/static/bienvenue/nope", 404),
    ],
)


@ANSWERS
def test_every_answer(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    status: int,
) -> None:
    monkeypatch.setattr(Auth, "log_in", fail)
    body = BOB if status == 500 else None
    answer = client.open(path, method=method, json=body, buffered=True)
    assert answer.status_code == status
    for name, value in headers.API.items():
        if name == "Content-Security-Policy" and answer.mimetype == (
            "text/html"
        ):
            continue
        if name == "Cache-Control" and answer.mimetype == "text/css":
            # No secret in it: to be kept, and asked for again.
            assert answer.headers.getlist(name) == ["no-cache"]
            continue
        assert answer.headers.getlist(name) == [value], name


def test_an_answer_with_a_body_says_its_type(client: FlaskClient) -> None:
    for path in ("/", "/profile", "/docs", "/static/bienvenue/pages.css"):
        answer = client.get(path, buffered=True)
        assert answer.data
        assert answer.content_type
    assert "Content-Type" not in client.options("/").headers


def test_a_route_may_say_it_otherwise(app: Flask) -> None:
    @app.get("/framed")
    def framed() -> tuple[str, dict[str, str]]:
        return "x", {"X-Frame-Options": "SAMEORIGIN"}

    answer = app.test_client().get("/framed")
    assert answer.headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.requirement(
    "V3.2.1",
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
@ANSWERS
def test_every_answer_of_production(
    make: Make,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    status: int,
) -> None:
    app = make(profile="production")
    monkeypatch.setattr(app.extensions[KEY].auth, "log_in", fail)
    body = BOB if status == 500 else None
    answer = app.test_client().open(
        path, method=method, json=body, buffered=True
    )
    assert answer.status_code == (404 if "dev" in path else status)
    found = answer.headers
    expected = dict(headers.for_all(PRODUCTION))
    if answer.mimetype == "text/html" and status == 200:
        expected["Content-Security-Policy"] = headers.PAGE_POLICY
    if answer.mimetype == "text/css":
        expected["Cache-Control"] = "no-cache"
    for name, value in expected.items():
        assert found.getlist(name) == [value], name
    lasts, below = found["Strict-Transport-Security"].split("; ")
    assert int(lasts.removeprefix("max-age=")) >= 365 * 24 * 60 * 60
    assert below == "includeSubDomains"
    policy = found["Content-Security-Policy"]
    for part in ("default-src 'none'", "base-uri 'none'"):
        assert part in policy
    assert "frame-ancestors 'none'" in policy
    assert "Server" not in found
    assert "X-Powered-By" not in found


@pytest.mark.requirement("V3.2.1")
def test_an_answer_that_is_opened_as_a_page_can_do_nothing(
    client: FlaskClient,
) -> None:
    """No script, no form, no origin of its own; and never taken as HTML."""
    client.post("/users", json=BOB)
    client.post("/sessions", json=BOB)
    opened = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    for path in ("/", "/profile", "/sessions", "/users/me/export"):
        answer = client.get(path, headers=opened | {"Accept": "text/html"})
        assert answer.mimetype in (
            "application/json",
            "application/problem+json",
        )
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert {"sandbox", "default-src 'none'"} <= set(policy)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    # An error is a page for people: one of ours, with its policy.
    page = client.get("/nope", headers=opened | {"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert page.headers["Content-Security-Policy"] == headers.PAGE_POLICY


@pytest.mark.requirement("V3.4.8")
def test_a_page_shares_no_window_with_another_origin(
    client: FlaskClient,
) -> None:
    for path in ("/docs", "/dev/mailbox"):
        answer = client.get(path)
        assert answer.mimetype == "text/html"
        name = "Cross-Origin-Opener-Policy"
        assert answer.headers.getlist(name) == ["same-origin"]


@pytest.mark.requirement("V3.4.2")
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://localhost.evil.example",
        "https://evillocalhost",
        "http://localhost",
    ],
)
def test_no_other_origin_may_read(client: FlaskClient, origin: str) -> None:
    client.post("/users", json=BOB)
    client.post("/sessions", json=BOB)
    asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
    for method, path in (
        ("GET", "/profile"),
        ("OPTIONS", "/profile"),
        ("POST", "/sessions"),
        ("GET", "/nope"),
    ):
        answer = client.open(path, method=method, headers=asked)
        names = [name.lower() for name, _ in answer.headers]
        assert not [each for each in names if "access-control" in each]


@pytest.mark.requirement("V4.1.1")
def test_every_body_says_what_it_is(client: FlaskClient) -> None:
    """RFC 8259 11: JSON is UTF-8 and has no ``charset`` parameter."""
    for path, kind in (
        ("/", "application/json"),
        ("/openapi.json", "application/json"),
        ("/profile", "application/problem+json"),
        ("/nope", "application/problem+json"),
        ("/users", "application/problem+json"),
        ("/docs", "text/html; charset=utf-8"),
        ("/dev/mailbox", "text/html; charset=utf-8"),
        ("/static/bienvenue/pages.css", "text/css; charset=utf-8"),
    ):
        answer = client.get(path, buffered=True)
        assert answer.headers.getlist("Content-Type") == [kind], path
        answer.data.decode("utf-8")


def test_hosts_below_may_be_left_out(make: Make) -> None:
    client = make(profile="production", hsts_subdomains=False).test_client()
    found = client.get("/").headers["Strict-Transport-Security"]
    assert found == f"max-age={2 * 365 * 24 * 60 * 60}"


def test_development_binds_no_browser_to_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/").headers


def test_an_answer_is_guarded_once(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    guarded: list[object] = []
    real = headers.guard

    def counting(settings: Settings) -> Any:
        guard = real(settings)

        def count(response: Any) -> Any:
            guarded.append(response)
            return guard(response)

        return count

    monkeypatch.setattr(headers, "guard", counting)
    client = make().test_client()
    for path, status in (("/", 200), ("/nope", 404), ("/users", 405)):
        guarded.clear()
        assert client.get(path).status_code == status
        assert len(guarded) == 1


def test_an_answer_that_varies_by_more_varies_by_the_cookie_too(
    app: Flask,
) -> None:
    @app.get("/spoken")
    def spoken() -> tuple[str, dict[str, str]]:
        return "x", {"vary": "Accept-Language"}

    answer = app.test_client().get("/spoken")
    assert set(answer.vary) == {"Accept-Language", "Cookie"}
