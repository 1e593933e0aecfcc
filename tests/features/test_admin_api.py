"""The admin API: who comes in, what it takes, what it answers."""

import csv
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Auth, account_state, clock, mailbox
from bienvenue.route_table import api
from bienvenue.web.api import Operation
from bienvenue.web.extension import KEY, Extension
from tests.features.admins import ANN, PASSWORD, promote
from tests.web.conftest import Make
from tests.web.support import body_of, deliver, name_of, path_of, settle

BOB, EVE = "bob@example.com", "eve@example.com"
CONSOLE = [e for e in api().operations if e.template.startswith("/admin/")]
ADMINS = [each for each in CONSOLE if each.session]
EACH = pytest.mark.parametrize("operation", ADMINS, ids=name_of)
# What wants the password to have been given just now: all but to look, and
# to have happen what was to happen anyway.
CALM = {each.view.__name__ for each in ADMINS if each.method == "GET"}
CALM -= {"admin_users_export", "admin_events_export"}
CALM |= {"admin_retry_letters", "admin_mail_by_form"}
FITTING: dict[str, dict[str, str]] = {
    "admin_change_role": {"role": "admin"},
    "admin_bulk": {"verb": "enable", "users": "2"},
    "admin_retry_letters": {"letters": "1"},
    "admin_purge_letters": {},
    "admin_act": {"reason": "ticket 4711"},
    "admin_act_by_form": {"verb": "enable", "users": "2"},
    "admin_mail_by_form": {"verb": "retry_letters", "letters": "1"},
}


@pytest.fixture
def app(make: Make) -> Flask:
    """A service with Ann, an admin, and with Bob and Eve."""
    app = make(acting_as_user=True)
    auth = auth_of(app)
    for email in (ANN, BOB, EVE):
        auth.register_user(email, PASSWORD)
    promote(auth, ANN)
    return app


@pytest.fixture
def admin(app: Flask) -> FlaskClient:
    """Ann's browser."""
    return signed_in(app, ANN)


def auth_of(app: Flask) -> Auth:
    extension: Extension = app.extensions[KEY]
    return extension.auth


def signed_in(app: Flask, email: str) -> FlaskClient:
    browser = app.test_client()
    body = {"email": email, "password": PASSWORD}
    assert browser.post("/sessions", json=body).status_code == 200
    return browser


def raw_of(client: FlaskClient) -> str:
    """Return the session id that a browser has."""
    found = client.get_cookie("session_id")
    assert found is not None
    return found.value


def ask(client: FlaskClient, operation: Operation, **more: Any) -> Any:
    body = FITTING.get(operation.view.__name__, {})
    path = path_of(operation).replace("/1", "/2")
    return client.open(
        path,
        method=operation.method,
        json=body if operation.takes else None,
        **more,
    )


def test_there_is_something_to_ask() -> None:
    assert len(ADMINS) >= 20
    assert 8 < len(CALM) < len(ADMINS) - 10


@pytest.mark.requirement("V8.2.2")
@EACH
def test_nobody_but_an_admin_is_answered(
    app: Flask, operation: Operation
) -> None:
    answer = ask(app.test_client(), operation)
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "session_required"
    answer = ask(signed_in(app, BOB), operation)
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "not_permitted"


@EACH
def test_an_admin_is_answered_as_the_document_says(
    app: Flask, admin: FlaskClient, operation: Operation
) -> None:
    settle(app)
    answer = ask(admin, operation)
    assert answer.status_code in operation.answers
    assert answer.status_code in (200, 202, 204)


@EACH
def test_what_harms_wants_a_fresh_password(
    admin: FlaskClient, operation: Operation
) -> None:
    with clock.frozen() as now:
        now.advance(minutes=11)
        answer = ask(admin, operation)
    if operation.view.__name__ in CALM:
        assert answer.status_code < 300
    else:
        assert answer.get_json()["code"] == "reauthentication_required"


@pytest.mark.requirement("V8.3.2")
def test_whoever_is_demoted_is_out_with_the_same_session(
    app: Flask, admin: FlaskClient
) -> None:
    role = "/admin/api/users/2/role"
    bob = signed_in(app, BOB)
    assert admin.put(role, json={"role": "admin"}).status_code == 204
    assert bob.get("/admin/api/users").status_code == 200
    assert admin.put(role, json={"role": "none"}).status_code == 204
    assert bob.get("/admin/api/users").status_code == 403
    assert bob.get("/profile").status_code == 200


@pytest.mark.requirement("V8.4.2")
@pytest.mark.parametrize(
    ("chosen", "reached"),
    [
        ({}, True),
        ({"admin_networks": "127.0.0.0/8"}, True),
        ({"admin_networks": "10.0.0.0/8, 127.0.0.1/32"}, True),
        ({"admin_networks": "10.0.0.0/8, ::1/128"}, False),
        ({"admin": False}, False),
    ],
    ids=str,
)
def test_to_other_networks_there_is_no_console(
    make: Make, chosen: dict[str, Any], *, reached: bool
) -> None:
    """Whatever is sent: an admin is told as little as anybody."""
    app = make(**chosen)
    auth_of(app).register_user(ANN, PASSWORD)
    promote(auth_of(app), ANN)
    admin = signed_in(app, ANN)
    bad = {"data": "{", "content_type": "application/json"}
    for operation in CONSOLE:
        for given in ({"json": body_of(operation)}, bad):
            for client in (admin, app.test_client()):
                answer = client.open(
                    path_of(operation).replace("/1", "/77"),
                    method=operation.method,
                    **given,
                )
                if reached:
                    assert answer.status_code in operation.answers
                else:
                    assert answer.status_code == 404
    assert (admin.get("/admin/first").status_code == 404) != reached


def test_a_mapped_address_is_the_address(make: Make) -> None:
    app = make(admin_networks="127.0.0.0/8", acting_as_user=True)
    here = {"REMOTE_ADDR": "::ffff:127.0.0.1"}
    answer = app.test_client().get("/admin/api/users", environ_base=here)
    assert answer.status_code == 403
    for there in ("::ffff:9.9.9.9", "::1", ""):
        away = {"REMOTE_ADDR": there}
        answer = app.test_client().get("/admin/api/users", environ_base=away)
        assert answer.status_code == 404


@pytest.mark.parametrize(
    ("forwarded", "status"),
    [("127.0.0.9", 403), ("9.9.9.9", 404), ("unknown", 404), (None, 404)],
)
def test_who_is_behind_a_proxy_is_known_or_not_let_in(
    make: Make, forwarded: str | None, status: int
) -> None:
    app = make(admin_networks="127.0.0.0/8", trusted_hops=1)
    sent = {"X-Forwarded-For": forwarded} if forwarded else {}
    answer = app.test_client().get("/admin/api/users", headers=sent)
    assert answer.status_code == status


@pytest.mark.requirement("V6.4.6")
def test_no_operation_takes_or_shows_a_password() -> None:
    for operation in ADMINS:
        schemas = [operation.takes, *operation.answers.values()]
        for schema in schemas:
            if schema is not None:
                assert "passw" not in str(schema.model_json_schema()).lower()


@pytest.mark.requirement("V6.4.6")
def test_a_reset_is_started_and_mailed_to_the_user_alone(
    app: Flask, admin: FlaskClient
) -> None:
    settle(app)
    answer = admin.post("/admin/api/users/2/reset")
    assert (answer.status_code, answer.data) == (204, b"")
    deliver(app)
    auth = auth_of(app)
    letters = auth.db.read(mailbox.newest)
    assert [each.recipient for each in letters] == [BOB]
    assert auth.valid_login(BOB, PASSWORD)


@pytest.mark.requirement("V7.4.2", "V7.4.5")
@pytest.mark.parametrize(
    ("method", "path", "left"),
    [
        ("DELETE", "/admin/api/users/2/sessions", 200),
        ("DELETE", "/admin/api/sessions", 403),
        ("POST", "/admin/api/users/2/disable", 200),
        ("DELETE", "/admin/api/users/2", 200),
    ],
)
def test_every_cookie_of_whoever_is_shut_out_is_refused(
    app: Flask, admin: FlaskClient, method: str, path: str, left: int
) -> None:
    bobs = [signed_in(app, BOB) for _ in range(2)]
    eve = signed_in(app, EVE)
    body = {"reason": "spam"} if path.endswith("disable") else None
    assert admin.open(path, method=method, json=body).status_code < 300
    assert [each.get("/profile").status_code for each in bobs] == [403, 403]
    assert eve.get("/profile").status_code == left
    assert admin.get("/profile").status_code == 200


def test_lists_are_narrowed_and_paged(admin: FlaskClient) -> None:
    found = admin.get("/admin/api/users?search=e&limit=1").get_json()
    assert [each["email"] for each in found["users"]] == [EVE]
    first = admin.get("/admin/api/users?limit=2&sort=oldest").get_json()
    assert [each["id"] for each in first["users"]] == [1, 2]
    assert first["users"][0]["states"] == ["admin", "unverified"]
    rest = admin.get(
        f"/admin/api/users?limit=2&sort=oldest&after={first['next']}"
    ).get_json()
    assert [each["id"] for each in rest["users"]] == [3]
    assert rest["next"] is None
    found = admin.get("/admin/api/events?user=2&event=user_created").get_json()
    assert [each["user_email"] for each in found["events"]] == [BOB]
    late = admin.get("/admin/api/events?since=2999-01-01T00:00Z").get_json()
    assert late["events"] == []


@pytest.mark.parametrize(
    "query",
    [
        "users?limit=0",
        "users?limit=101",
        "users?limit=1&limit=2",
        "users?status=nice",
        "users?sort=id",
        "users?after=x",
        "users?search=%00",
        "users?search=" + "x" * 321,
        "events?since=yesterday",
        "events?since=2026-02-30",
        "events?since=0001-01-01",
        "events?until=9999-12-31T23:59:59Z",
        "events?event=user_crated",
        "events?user=bob",
        "letters?state=lost",
        "overview?days=91",
    ],
)
def test_what_cannot_be_listed(admin: FlaskClient, query: str) -> None:
    answer = admin.get(f"/admin/api/{query}")
    assert answer.status_code == 400
    assert answer.get_json()["code"] in ("malformed", "invalid_choice")


@pytest.mark.requirement("V1.2.10")
def test_files_are_kept_and_hold_no_formula(
    app: Flask, admin: FlaskClient
) -> None:
    auth_of(app).register_user("=1+1@x.example", PASSWORD)
    for path, name in (
        ("/admin/api/users/export", "users.csv"),
        ("/admin/api/events/export", "audit.csv"),
    ):
        answer = admin.get(path)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert name in answer.headers["Content-Disposition"]
        cells = {
            cell
            for row in csv.reader(answer.text.splitlines())
            for cell in row
        }
        assert not [cell for cell in cells if cell[:1] in "=+-@" and cell]
        assert ANN in cells


def test_the_last_admin_is_kept(admin: FlaskClient) -> None:
    for method, path, body in (
        ("POST", "/admin/api/users/1/disable", {}),
        ("DELETE", "/admin/api/users/1", None),
        ("PUT", "/admin/api/users/1/role", {"role": "none"}),
    ):
        answer = admin.open(path, method=method, json=body)
        assert answer.status_code == 409
        assert answer.get_json()["code"] == "last_admin"


@pytest.mark.requirement("V8.2.2")
@pytest.mark.parametrize("strict", [True, False])
def test_production_promotes_no_address_that_nobody_has_proved(
    make: Make, strict: bool
) -> None:
    """Bob's address has only been typed; at a terminal it is the same."""
    app = make(strict=strict)
    auth = auth_of(app)
    for email in (ANN, BOB):
        auth.register_user(email, PASSWORD)
    promote(auth, ANN)
    role = "/admin/api/users/2/role"
    admin = signed_in(app, ANN)
    answer = admin.put(role, json={"role": "admin"})
    if not strict:
        assert answer.status_code == 204
        return
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "email_unproven"
    account_state.verify(auth.db, 2)
    assert admin.put(role, json={"role": "admin"}).status_code == 204


def test_what_is_refused_is_told(app: Flask, admin: FlaskClient) -> None:
    admin.post("/admin/api/users/2/disable", json={})
    answer = admin.post("/admin/api/users/2/reset")
    assert (answer.status_code, answer.get_json()["code"]) == (
        409,
        "account_disabled",
    )
    body = {"verb": "end_sessions", "users": "2,99"}
    found = admin.post("/admin/api/bulk", json=body).get_json()
    assert found == {"done": [2], "failed": {"99": "user_not_found"}}
    answer = admin.post("/admin/api/bulk", json=body | {"users": "2;3"})
    assert answer.status_code == 400
    assert admin.get("/admin/api/users/99").get_json()["code"] == (
        "user_not_found"
    )


def test_acting_and_coming_back(app: Flask, admin: FlaskClient) -> None:
    own = raw_of(admin)
    answer = admin.post("/admin/api/users/2/acting", json={"reason": "4711"})
    assert answer.get_json() == {"email": BOB, "message": "acting"}
    assert admin.get("/profile").get_json() == {"email": BOB}
    assert admin.get("/admin/api/users").status_code == 403
    refused = admin.delete("/users/me")
    assert refused.get_json()["code"] == "not_while_acting"
    answer = admin.patch("/profile", json={"email": "thief@example.com"})
    assert answer.get_json()["code"] == "not_while_acting"
    assert admin.post("/acting/end", json={}).status_code == 204
    assert raw_of(admin) == own
    assert admin.get_cookie("bienvenue_actor") is None
    assert admin.get("/admin/api/users").status_code == 200
    answer = admin.post("/acting/end", json={})
    assert answer.get_json()["code"] == "not_permitted"
    # What was refused on the way is in the log, with both ids.
    app.extensions[KEY].refusals.flush(everything=True)
    found = admin.get("/admin/api/events?user=2&outcome=refused").get_json()
    assert {each["actor_id"] for each in found["events"]} == {1}


def test_signing_out_while_acting_leaves_nothing(
    app: Flask, admin: FlaskClient
) -> None:
    own = raw_of(admin)
    admin.post("/admin/api/users/2/acting", json={"reason": "4711"})
    acting = raw_of(admin)
    assert admin.delete("/sessions").status_code == 302
    assert admin.get_cookie("bienvenue_actor") is None
    for raw in (own, acting):
        assert auth_of(app).check_session(raw) is None


def test_coming_back_keeps_a_session_of_the_kind_it_was(
    app: Flask,
) -> None:
    browser = app.test_client()
    form = {"email": ANN, "password": PASSWORD}  # not to be kept
    assert browser.post("/sign_in", data=form).status_code == 200
    browser.post("/admin/api/users/2/acting", json={"reason": "4711"})
    assert browser.post("/acting/end", json={}).status_code == 204
    own = browser.get_cookie("session_id")
    assert own is not None
    assert own.max_age is None
