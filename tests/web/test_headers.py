"""What every answer carries."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue.auth import Auth
from bienvenue.web import headers

BOB = {"email": "bob@example.com", "password": "b4l0u"}


def fail(*_: Any, **__: Any) -> Any:
    """Stand for a fault nobody thought of."""
    raise RuntimeError


@pytest.mark.parametrize(
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
def test_every_answer(
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
    status: int,
) -> None:
    monkeypatch.setattr(Auth, "log_in", fail)
    body = BOB if status == 500 else None
    answer = client.open(
        path, method=method, json=body, buffered=True
    )
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
