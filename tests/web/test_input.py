"""What is sent is text, once decoded, and never anything else."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue.route_table import api
from bienvenue.web.api import Operation
from tests.web.conftest import Make
from tests.web.support import (
    BOB,
    body_of,
    deliver,
    extension_of,
    kept,
    name_of,
    path_of,
    settle,
)

FORM = "application/x-www-form-urlencoded"
SQL = [
    "' OR '1'='1",
    "' OR 1=1 --",
    "'; DROP TABLE users; --",
    '" OR ""="',
    "%",
    "_",
    "b%",
    "bob@example.co_",
    "bob@example.com' --",
    "\\' OR 1=1 #",
    "1 UNION SELECT hashed_password FROM users",
    ") OR (1=1",
    "'||(SELECT 1)||'",
    "*/ OR 1=1 /*",
]
WITH_BODY = [each for each in api().operations if each.takes]
ACCOUNT = "kiss@example.com"
LOOK_ALIKES = [
    "\u212aiss@example.com",  # the Kelvin sign
    "k\u0131ss@example.com",  # a dotless i
    "k\u0130ss@example.com",  # a dotted capital i
    "ki\u017fs@example.com",  # a long s
    "ki\u00df@example.com",
    "kiss\uff20example.com",
    "kiss@example\uff0ecom",
    "kiss@example\u3002com",
    "kiss@\uff45xample.com",
    "kiss@ex\u0430mple.com",  # a Cyrillic a
    "kiss@example\ufe0f.com",
    "kiss\u200b@example.com",
    "kiss@exampl\u00e9.com",
]


@pytest.mark.requirement("V1.2.4")
@pytest.mark.parametrize("operation", WITH_BODY, ids=name_of)
def test_no_text_is_read_as_sql(
    app: Flask, bob: FlaskClient, operation: Operation
) -> None:
    """Each payload in each member: it opens, finds and changes nothing."""
    db = extension_of(app).auth.db
    for name in body_of(operation):
        for number, payload in enumerate(SQL):
            unknown = {
                "email": f"p{number}@example.com",
                "current_password": "wrong",
            }
            body = body_of(operation) | unknown | {name: payload}
            before = kept(db)
            answer = bob.open(
                path_of(operation), method=operation.method, json=body
            )
            assert answer.status_code < 500
            if answer.status_code != 200:
                assert kept(db) == before, (name, payload)
                continue
            # A new account may have such a password; no other may.
            assert operation.path in {"/users", "/sign_up"}
            assert name == "password"
            assert len(kept(db)["users"]) == len(before["users"]) + 1
    assert bob.get("/profile").get_json() == {"email": BOB["email"]}


@pytest.mark.requirement("V1.1.1")
@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        (b"a%40x.example", "a@x.example"),
        (b"a%2540x.example", None),
        (b"a%252540x.example", None),
        (b"a%2540b%40x.example", "a%40b@x.example"),
        (b"%C3%A9@x.example", "\u00e9@x.example"),
        (b"%25C3%25A9@x.example", "%C3%A9@x.example"),
        (b"e%CC%81@x.example", "\u00e9@x.example"),
        (b"a%26lt%3B@x.example", None),
    ],
)
def test_percent_signs_are_decoded_once(
    app: Flask, client: FlaskClient, raw: bytes, stored: str | None
) -> None:
    body = b"password=b4l0u&email=" + raw
    answer = client.post("/users", data=body, content_type=FORM)
    assert answer.status_code == (200 if stored else 400)
    users = kept(extension_of(app).auth.db)["users"]
    assert [row[1] for row in users] == ([stored] if stored else [])


@pytest.mark.requirement("V1.1.1")
@pytest.mark.parametrize("operation", WITH_BODY, ids=name_of)
def test_every_address_is_normalised_before_all_else(
    app: Flask, bob: FlaskClient, operation: Operation
) -> None:
    """What would be an address once decoded again is none anywhere."""
    for name in body_of(operation):
        if "email" not in name:
            continue
        for text in ("a%40x.example", "a&#64;x.example", "a\\u0040x.example"):
            body = body_of(operation) | {name: text}
            answer = bob.open(
                path_of(operation), method=operation.method, json=body
            )
            assert answer.status_code == 400
            assert answer.get_json()["code"] == "invalid_email"
    assert len(kept(extension_of(app).auth.db)["users"]) == 1


@pytest.mark.requirement("UTR36-confusable")
@pytest.mark.parametrize("look_alike", LOOK_ALIKES, ids=ascii)
def test_a_look_alike_is_unknown(make: Make, look_alike: str) -> None:
    """It logs in to nothing, and no letter leaves because of it."""
    app = make(strict=True, throttle=False)
    extension = extension_of(app)
    client = app.test_client()
    theirs = {"email": ACCOUNT, "password": BOB["password"]}
    assert client.post("/users", json=theirs).status_code == 200
    settle(app)
    body = theirs | {"email": look_alike}
    assert client.post("/sessions", json=body).status_code in (400, 401)
    answer = client.post("/reset_password", json={"email": look_alike})
    assert answer.status_code in (200, 400)
    before = kept(extension.auth.db)["one_time_tokens"]
    assert deliver(app) == 0
    assert kept(extension.auth.db)["one_time_tokens"] == before


@pytest.mark.requirement("UTR36-confusable")
def test_a_letter_goes_to_the_address_that_is_stored(make: Make) -> None:
    app = make(strict=True, throttle=False)
    extension = extension_of(app)
    client = app.test_client()
    theirs = {"email": "Kiss@example.com", "password": BOB["password"]}
    assert client.post("/users", json=theirs).status_code == 200
    settle(app)
    before = kept(extension.auth.db)["mailbox"]
    asked = {"email": "KISS@EXAMPLE.COM"}
    assert client.post("/reset_password", json=asked).status_code == 200
    assert deliver(app) == 1
    letters = kept(extension.auth.db)["mailbox"]
    (letter,) = [each for each in letters if each not in before]
    assert "Kiss@example.com" in letter
