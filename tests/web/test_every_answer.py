"""Answers: their form, what they hold, and what they never tell.

For every route there is, and for those to come.
"""

import logging
import re
from collections import Counter
from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue.route_table import api
from bienvenue.web.api import Operation
from tests.web.support import (
    BOB,
    EVE,
    body_of,
    extension_of,
    kept,
    name_of,
    path_of,
)

PHRASE = "violet lanterns"
FAULT = "SELECT hashed_password FROM users /srv/app.py"
VERSION = re.compile(r"(?<![\d.])\d+(?:\.\d+){2}(?![\d.])")
PLACES = ("/docs", "/dev/mailbox", "/openapi.json", "/nope", "/nope/")
"""What is no operation of the API."""

EACH = pytest.mark.parametrize("operation", api().operations, ids=name_of)


@pytest.mark.requirement("V16.5.1")
@EACH
def test_a_fault_tells_nothing_of_itself(
    app: Flask,
    bob: FlaskClient,
    caplog: pytest.LogCaptureFixture,
    operation: Operation,
) -> None:
    def fail(**_: Any) -> NoReturn:
        raise RuntimeError(FAULT)

    app.view_functions[f"bienvenue.{operation.view.__name__}"] = fail
    answer = bob.open(path_of(operation), method=operation.method)
    assert answer.status_code == 500
    assert answer.get_json()["code"] == "internal_error"
    shown = answer.text + str(answer.headers)
    for word in ("SELECT", "Traceback", "RuntimeError", ".py", "users /srv"):
        assert word not in shown
    assert "RuntimeError" in caplog.text
    assert FAULT not in caplog.text
    # What is left to go by: the same id in the answer and in the log.
    assert answer.headers["X-Request-ID"] in caplog.text


@pytest.mark.requirement("V16.5.4")
def test_a_thousand_faults_are_all_logged(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    kinds = [RuntimeError, KeyError, RecursionError, MemoryError, OSError]

    def fail() -> NoReturn:
        raise kinds[len(caplog.records) % len(kinds)]

    app.view_functions["bienvenue.welcome"] = fail
    with caplog.at_level(logging.ERROR, "bienvenue"):
        answers = {client.get("/").status_code for _ in range(1000)}
    assert answers == {500}
    said = Counter(record.name for record in caplog.records)
    # An event, and where it was raised.
    assert said == {"bienvenue.audit": 1000, "bienvenue.web": 1000}
    assert client.get("/profile").status_code == 403


@pytest.mark.requirement("V4.1.1")
@EACH
def test_every_body_says_its_type(
    app: Flask, bob: FlaskClient, operation: Operation
) -> None:
    """JSON is UTF-8 and knows no charset (RFC 8259); text names its own."""
    path, body = path_of(operation), body_of(operation)
    for client in (app.test_client(), bob):
        for method in (operation.method, "TRACE"):
            answer = client.open(path, method=method, json=body)
            assert_says_its_type(answer)


@pytest.mark.parametrize("place", PLACES)
def test_whatever_else_there_is_says_its_type(
    client: FlaskClient, place: str
) -> None:
    assert_says_its_type(client.get(place))


def assert_says_its_type(answer: Any) -> None:
    if not answer.data:
        assert "Content-Type" not in answer.headers
        return
    kind = answer.headers["Content-Type"]
    if kind.startswith("text/"):
        assert kind.endswith("; charset=utf-8")
        answer.data.decode("utf-8")
    else:
        assert kind in {"application/json", "application/problem+json"}
        assert answer.get_json()


# What a client says of itself is its own, and in its export.
ASKER = {"User-Agent": "somebody's program"}


@pytest.mark.requirement("V13.4.6")
@EACH
def test_no_version_is_told(
    app: Flask, bob: FlaskClient, operation: Operation
) -> None:
    for client in (app.test_client(), bob):
        for method in (operation.method, "TRACE"):
            path = path_of(operation)
            assert_no_version(client.open(path, method=method, headers=ASKER))


@pytest.mark.requirement("V13.4.6")
@pytest.mark.parametrize("place", PLACES)
def test_nothing_else_tells_a_version(bob: FlaskClient, place: str) -> None:
    assert_no_version(bob.get(place))


def assert_no_version(answer: Any) -> None:
    for name in ("Server", "X-Powered-By", "Via"):
        assert name not in answer.headers
    shown = f"{answer.headers}{answer.text}"
    assert not re.search(r"(?i)(werkzeug|flask|python|granian)/?\d", shown)
    # Nor the program's own; the OpenAPI format has a number of this form.
    assert set(VERSION.findall(answer.text)) <= {"3.1.0"}


@pytest.mark.requirement("V15.3.1")
@EACH
def test_answers_hold_their_fields_and_no_secret(
    app: Flask, bob: FlaskClient, operation: Operation
) -> None:
    """Members are those of the schema, and none is a hash or a token."""
    auth = extension_of(app).auth
    token = auth.get_reset_password_token(BOB["email"])
    user = auth.db.find_user_by(email=BOB["email"])
    cookie = bob.get_cookie("session_id")
    assert cookie is not None
    secrets = {
        user.hashed_password,
        user.session_id,
        user.reset_token,
        cookie.value,
        token,
        BOB["password"],
    }
    body = body_of(operation)
    answer = bob.open(path_of(operation), method=operation.method, json=body)
    assert not [one for one in secrets if one and one in answer.text]
    members = set(answer.get_json() or {}) if answer.data else set()
    assert not members & {"id", "hashed_password", "session_id", "user_id"}
    schema = operation.answers.get(answer.status_code)
    if schema is not None and members:
        assert members <= {*schema.model_fields, "message"}


@pytest.mark.requirement("V16.5.3")
@pytest.mark.parametrize(
    "place",
    [
        "bienvenue.throttle.Throttle.login",
        "bienvenue.throttle.Throttle.registration",
        "bienvenue.policy.check",
        "bienvenue.passwords.PasswordHasher._match",
        "bienvenue.web.csrf._is_ours",
        "bienvenue.auth.Auth.check_session",
    ],
)
def test_a_check_that_fails_lets_nobody_in(
    app: Flask,
    bob: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    """Each of them stands before one of these; none of these comes true."""
    db = extension_of(app).auth.db
    extension_of(app).courier.stop()  # its writes are not the answers'
    before = kept(db)

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError(FAULT)

    monkeypatch.setattr(place, fail)
    ours = {"Origin": "http://localhost"}
    change = {"current_password": BOB["password"], "new_password": PHRASE}
    refused = 0
    for method, path, body in (
        ("POST", "/users", {**BOB, "email": EVE}),
        ("POST", "/sessions", BOB),
        ("PUT", "/password", change),
        ("GET", "/profile", None),
    ):
        was = kept(db)
        answer = bob.open(path, method=method, json=body, headers=ours)
        if answer.status_code >= 500:
            refused += 1
            assert "Set-Cookie" not in answer.headers
            assert kept(db) == was
    assert refused >= 1
    assert before["users"]
