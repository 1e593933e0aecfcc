"""Whatever is refused is in the log: who, what, why, and how often."""

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from bienvenue import errors
from bienvenue.audit_tables import AuditEvent
from bienvenue.errors import BienvenueError
from bienvenue.web import problems, refused
from bienvenue.web.extension import KEY, Extension
from tests.web.conftest import Make

BOB = {"email": "bob@example.com", "password": "b4l0u"}
JSON = {"Content-Type": "application/json"}
ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


def refusals(app: Flask) -> list[tuple[str, str, str, int | None]]:
    """Return event, code, target and user of what was refused so far."""
    extension: Extension = app.extensions[KEY]
    extension.refusals.flush(everything=True)
    query = select(AuditEvent).where(AuditEvent.outcome == "refused")
    rows = extension.auth.db.read(lambda unit: list(unit.scalars(query)))
    found = []
    for row in rows:
        detail = json.loads(row.detail or "")
        assert row.address == "127.0.0.1"
        assert row.request_id
        assert detail["count"] == 1
        found.append(
            (row.event, detail["code"], detail["target"], row.user_id)
        )
    return found


@pytest.mark.requirement("V16.3.3")
@pytest.mark.parametrize(
    ("method", "path", "given", "event", "code"),
    [
        ("POST", "/users", {"data": {}}, "input_validation_fail", "malformed"),
        (
            "POST",
            "/users",
            {"data": "{", "headers": JSON},
            "input_validation_fail",
            "malformed",
        ),
        (
            "POST",
            "/users",
            {"data": BOB | {"email": "none"}},
            "input_validation_fail",
            "invalid_email",
        ),
        (
            "POST",
            "/users",
            {"data": BOB | {"password": "x" * 2000}},
            "input_validation_fail",
            "password_too_long",
        ),
        (
            "POST",
            "/sessions",
            {"data": "x" * 70_000, "headers": JSON},
            "input_validation_fail",
            "content_too_large",
        ),
        (
            "PUT",
            "/reset_password",
            {"data": "x", "headers": {"Content-Type": "text/xml"}},
            "input_validation_fail",
            "unsupported_media_type",
        ),
        (
            "POST",
            "/users",
            {"data": BOB, "headers": ELSEWHERE},
            "malicious_cross_site",
            "cross_site",
        ),
        ("GET", "/profile", {}, "authz_fail", "session_required"),
        ("DELETE", "/sessions", {}, "authz_fail", "session_required"),
        (
            "POST",
            "/reset_password",
            {"data": BOB, "headers": {"Via": "1.1 a proxy"}},
            "authz_fail",
            "development_profile_is_local",
        ),
    ],
)
def test_each_class_of_refusal_is_an_event(
    app: Flask,
    method: str,
    path: str,
    given: dict[str, Any],
    event: str,
    code: str,
) -> None:
    answer = app.test_client().open(path, method=method, **given)
    assert answer.get_json()["code"] == code
    assert refusals(app) == [(event, code, f"{method} {path}", None)]


@pytest.mark.requirement("V16.3.3")
def test_limits_that_are_reached_are_events(make: Make) -> None:
    app = make(throttle=True, registrations_per_network=1)
    client = app.test_client()
    assert client.post("/users", data=BOB).status_code == 200
    assert client.post("/users", data=BOB).status_code == 429
    assert refusals(app) == [
        (
            "excess_rate_limit_exceeded",
            "too_many_attempts",
            "POST /users",
            None,
        )
    ]


@pytest.mark.requirement("V16.3.3")
def test_a_letter_that_is_not_sent_is_an_event(make: Make) -> None:
    """The asker is not told; the log is."""
    app = make(strict=True, reset_mails_per_account=1)
    client = app.test_client()
    for _ in range(2):
        answer = client.post("/reset_password", data=BOB)
        assert answer.status_code == 200
    assert refusals(app) == [
        (
            "excess_rate_limit_exceeded",
            "reset_mails_per_account",
            "POST /reset_password",
            None,
        )
    ]


@pytest.mark.requirement("V16.3.3")
def test_a_full_queue_is_an_event(make: Make) -> None:
    app = make(hash_queue=0)
    gate = app.extensions[KEY].hashing
    while gate._places.acquire(blocking=False):
        pass
    assert app.test_client().post("/users", data=BOB).status_code == 503
    assert refusals(app) == [("sys_overloaded", "busy", "POST /users", None)]


@pytest.mark.requirement("V16.3.2")
def test_reaching_for_anothers_row_is_an_event(app: Flask) -> None:
    client = app.test_client()
    client.post("/users", data=BOB)
    client.post("/sessions", data=BOB)
    assert client.delete("/sessions/999").status_code == 404
    assert refusals(app) == [
        ("authz_fail", "not_found", "DELETE /sessions/<int:number>", 1)
    ]


def test_a_wrong_path_is_no_event(app: Flask) -> None:
    assert app.test_client().get("/nope").status_code == 404
    assert app.test_client().put("/users").status_code == 405
    assert refusals(app) == []


def test_nothing_that_was_sent_is_in_the_target(app: Flask) -> None:
    client = app.test_client()
    client.get("/profile?token=planted", headers={"Cookie": "x=planted"})
    (found,) = refusals(app)
    assert "planted" not in str(found)


def test_every_refusal_is_an_event_or_recorded_by_its_use_case() -> None:
    """A new error has to choose."""
    by_their_use_case = {
        errors.EmailTaken,
        errors.InvalidCredentials,
        errors.InvalidToken,
        errors.PasswordChangeRequired,
        errors.UnknownAddress,
        errors.WrongPassword,
    }
    no_refusal = {
        BienvenueError,
        errors.AccountDisabled,
        errors.DatabaseUnavailable,
        errors.Leaving,
        errors.UserNotFound,
    }
    known = {*refused.EVENTS, *by_their_use_case, *no_refusal}
    assert {*problems.STATUS} <= known
