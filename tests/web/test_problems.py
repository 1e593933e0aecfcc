"""Every error has one shape (RFC 9457), whatever raised it."""

from http import HTTPStatus
from typing import NoReturn

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from werkzeug.exceptions import default_exceptions
from werkzeug.test import TestResponse

from bienvenue.errors import EmailTaken, TooManyAttempts
from bienvenue.web import problems
from bienvenue.web.schemas import Problem
from tests.web.support import BOB

WANTED = {"Accept": problems.PROBLEM}


def assert_problem(answer: TestResponse, status: int) -> Problem:
    """See that an answer is a problem, with no member more or less."""
    found = Problem.model_validate_json(answer.text)
    assert answer.mimetype == problems.PROBLEM
    assert set(answer.get_json()) == set(Problem.model_fields)
    assert answer.status_code == found.status == status
    assert found.message == found.detail != ""
    assert found.type == "about:blank"
    assert found.title == HTTPStatus(status).phrase
    return found


def raised(kind: type[Exception]) -> Exception:
    """Return an error of a kind."""
    if issubclass(kind, EmailTaken):
        return kind(BOB["email"])
    return kind(30) if issubclass(kind, TooManyAttempts) else kind()


@pytest.mark.requirement("RFC9457")
@pytest.mark.parametrize("kind", problems.STATUS)
def test_an_error_of_ours(
    app: Flask, client: FlaskClient, kind: type[Exception]
) -> None:
    def fail() -> NoReturn:
        raise raised(kind)

    app.view_functions["bienvenue.welcome"] = fail
    answer = client.get("/", headers=WANTED)
    status = problems.STATUS[kind]
    found = assert_problem(answer, status)
    # What is our own fault tells nothing of itself.
    ours = status == HTTPStatus.INTERNAL_SERVER_ERROR
    code = "internal_error" if ours else getattr(kind, "code", None)
    assert found.code == code


@pytest.mark.requirement("RFC9457")
@pytest.mark.parametrize("status", sorted(default_exceptions))
def test_an_error_of_flasks(
    app: Flask, client: FlaskClient, status: int
) -> None:
    def fail() -> NoReturn:
        abort(status)

    app.view_functions["bienvenue.welcome"] = fail
    assert assert_problem(client.get("/"), status).code


@pytest.mark.requirement("RFC9457")
def test_errors_as_they_come_about(client: FlaskClient) -> None:
    client.post("/users", json=BOB)
    wrong = {**BOB, "password": "wrong"}
    for method, path, body, status in (
        ("GET", "/nope", None, 404),
        ("PATCH", "/", None, 405),
        ("POST", "/users", {}, 400),
        ("POST", "/users", BOB, 400),
        ("POST", "/sessions", wrong, 401),
        ("GET", "/profile", None, 403),
        ("PUT", "/reset_password", {**BOB, "new_password": "x"}, 403),
    ):
        answer = client.open(path, method=method, json=body, headers=WANTED)
        assert_problem(answer, status)
    assert_problem(client.post("/users", data=b"x" * 70_000), 413)
    assert_problem(client.post("/users", data=b"x"), 415)
