"""Writes: what may cause one, in what form, and what it can change.

For every route there is, and for those to come.
"""

from itertools import product
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue.route_table import api
from bienvenue.web.api import Operation
from tests.web.support import (
    BOB,
    EVE,
    UNSAFE,
    body_of,
    extension_of,
    kept,
    name_of,
    path_of,
)

SAFE = {200, 303, 401, 403, 404, 405}
"""What a safe method of any route may be answered."""
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    {"Sec-Fetch-Site": "same-site", "Origin": "http://a.localhost"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.requirement(
    "V3.5.1", "V3.5.2", "NIST-63B-5.1-b", "RFC6265bis-samesite"
)
@pytest.mark.parametrize("operation", UNSAFE, ids=name_of)
def test_another_site_changes_nothing(
    app: Flask, bob: FlaskClient, operation: Operation
) -> None:
    """Whatever form the body has; the cookie comes along each time."""
    db = extension_of(app).auth.db
    before, path = kept(db), path_of(operation)
    body = body_of(operation)
    plain = {"data": str(body), "content_type": "text/plain"}
    bodies: list[dict[str, Any]] = [{"data": body}, {"json": body}, plain]
    for headers, given in product(FOREIGN, bodies):
        answer = bob.open(
            path, method=operation.method, headers=headers, **given
        )
        assert answer.status_code == 403, headers
        assert answer.get_json()["code"] == "cross_site"
        assert "Set-Cookie" not in answer.headers
    assert kept(db) == before
    assert bob.get("/profile").status_code == 200


@pytest.mark.requirement("V3.5.2")
@pytest.mark.parametrize(
    "operation", [each for each in UNSAFE if each.takes], ids=name_of
)
def test_a_simple_request_reaches_no_handler(
    app: Flask, bob: FlaskClient, operation: Operation
) -> None:
    """JSON as ``text/plain`` or multipart, which need no preflight."""
    db = extension_of(app).auth.db
    before = kept(db)
    for kind in ("text/plain", "multipart/form-data; boundary=x", ""):
        answer = bob.open(
            path_of(operation),
            method=operation.method,
            data=str(body_of(operation)).replace("'", '"'),
            content_type=kind,
        )
        assert answer.status_code == 415, kind
    assert kept(db) == before


@pytest.mark.requirement("V3.5.3")
@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_safe_methods_change_nothing(
    app: Flask, bob: FlaskClient, method: str
) -> None:
    extension = extension_of(app)
    token = extension.auth.get_reset_password_token(BOB["email"])
    extension.courier.deliver_due()
    before = kept(extension.auth.db)
    query = {**BOB, "reset_token": token, "token": token, "new_password": "x"}
    paths = {path_of(each) for each in api().operations}
    paths |= {"/docs", "/openapi.json", "/dev/mailbox", "/nope"}
    for path in paths:
        for client in (bob, app.test_client()):
            answer = client.open(path, method=method, query_string=query)
            assert answer.status_code in SAFE, path
            assert "Set-Cookie" not in answer.headers
    assert kept(extension.auth.db) == before


@pytest.mark.requirement("RFC9110-methods")
@pytest.mark.parametrize("operation", api().operations, ids=name_of)
def test_no_header_and_no_member_names_another_method(
    app: Flask, bob: FlaskClient, operation: Operation
) -> None:
    db = extension_of(app).auth.db
    before = kept(db)
    for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method"):
        bob.get(
            path_of(operation),
            headers={name: operation.method},
            query_string={"_method": operation.method},
        )
    assert kept(db) == before
    override = {"X-HTTP-Method-Override": "DELETE"}
    bob.post("/sessions", data={**BOB, "_method": "DELETE"}, headers=override)
    assert bob.get("/profile").status_code == 200


@pytest.mark.requirement("V15.3.3", "V15.3.7")
def test_other_members_are_never_bound(
    app: Flask, client: FlaskClient
) -> None:
    auth = extension_of(app).auth
    more = {
        "id": 77,
        "is_admin": True,
        "hashed_password": "x",
        "session_id": "x",
        "reset_token": "x",
        "verified_at": 1,
        "disabled_at": 1,
        "email_key": "x",
    }
    body = {**BOB, "email": EVE}
    query = {"email": BOB["email"], "password": "x"}
    client.set_cookie("email", BOB["email"])
    answer = client.post("/users", json=body | more, query_string=query)
    assert answer.status_code == 200
    user = auth.db.find_user_by(email=EVE)
    assert (user.id, user.email_key) == (1, EVE)
    assert user.hashed_password.startswith("$2b$")
    assert (user.session_id, user.reset_token) == (None, None)
    assert (user.verified_at, user.disabled_at) == (None, None)
    assert len(kept(auth.db)["users"]) == 1
    answer = client.post("/sessions", json=body | more, query_string=query)
    assert answer.get_json()["email"] == EVE
