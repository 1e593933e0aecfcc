"""Registering, signing in and resetting in production: nothing is told."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bienvenue import DB
from bienvenue.one_time_token import Purpose
from bienvenue.web.extension import KEY
from tests import mailed
from tests.web.conftest import Make

BOB, EVE = "bob@example.com", "eve@example.com"
PASSWORD, OTHER = "fifteen letters", "another fifteen"


@pytest.fixture
def app(make: Make) -> Flask:
    """Production with mail, which nobody fetches."""
    made = make(
        profile="production",
        require_verified_email=None,
        mail="smtp",
        smtp_host="127.0.0.1",
        public_url="https://accounts.example.com",
        secret_key="k" * 32,
    )
    made.extensions[KEY].courier.stop()
    return made


@pytest.fixture
def db(app: Flask) -> DB:
    """Its database, with one account whose address is proven."""
    auth = app.extensions[KEY].auth
    auth.register_user(BOB, PASSWORD)
    mailed.verify(auth.db, BOB)
    found: DB = auth.db
    return found


@pytest.fixture
def client(app: Flask, db: DB) -> FlaskClient:
    """A client of it."""
    del db
    return app.test_client()


def seen(answer: TestResponse, email: str) -> tuple[object, ...]:
    """Return all that a client sees, but for the address it sent."""
    body = answer.data.replace(email.encode(), b"E")
    found = answer.headers
    assert found.pop("X-Request-ID")  # random, in every answer to a write
    return answer.status, list(found), body


@pytest.mark.requirement("V6.3.8")
@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        ("POST", "/users", {"password": OTHER}),
        ("POST", "/sessions", {"password": OTHER}),
        ("POST", "/reset_password", {}),
        ("POST", "/verify_email/resend", {}),
        ("POST", "/verify_email", {"code": "123456", "password": OTHER}),
        (
            "PUT",
            "/reset_password",
            {"reset_token": "x", "new_password": OTHER},
        ),
    ],
)
def test_the_answers_are_the_same_to_the_byte(
    client: FlaskClient,
    db: DB,
    method: str,
    path: str,
    more: dict[str, str],
) -> None:
    db.add_user("sue@example.com", "h")  # waits to be verified
    answers = []
    for email in (EVE, BOB, "sue@example.com", "BOB@example.com"):
        body = {"email": email, **more}
        answer = client.open(path, method=method, json=body)
        answers.append(seen(answer, email))
    assert answers[1:] == answers[:-1]


@pytest.mark.requirement("V6.3.8")
def test_signing_in_after_registering_tells_nothing(
    client: FlaskClient, db: DB
) -> None:
    """The same for who was first, and for who came too late."""
    answers = []
    for email in (EVE, BOB):
        body = {"email": email, "password": OTHER}
        assert client.post("/users", json=body).status_code == 200
        answers.append(seen(client.post("/sessions", json=body), email))
    assert answers[0] == answers[1]
    assert answers[0][0] == "401 UNAUTHORIZED"
    letters = mailed.letters(db)
    assert letters == [("verify_email", EVE), ("already_registered", BOB)]


def test_the_owner_can_go_on_as_before(client: FlaskClient) -> None:
    client.post("/users", json={"email": BOB, "password": OTHER})
    answer = client.post("/sessions", json={"email": BOB, "password": OTHER})
    assert answer.status_code == 401
    body = {"email": BOB, "password": PASSWORD}
    assert client.post("/sessions", json=body).status_code == 200


def test_signing_up_and_in(client: FlaskClient, db: DB) -> None:
    body = {"email": EVE, "password": OTHER}
    answer = client.post("/users", json=body)
    assert answer.get_json() == {"email": EVE, "message": "user created"}
    link, _ = mailed.link_and_code(db, EVE)
    proof = {"token": link, "password": OTHER}
    answer = client.post("/verify_email", json=proof)
    assert answer.get_json() == {"email": EVE, "message": "email verified"}
    assert client.post("/verify_email", json=proof).status_code == 403
    assert client.post("/sessions", json=body).status_code == 200


def test_a_reset_by_mail_verifies(client: FlaskClient, db: DB) -> None:
    client.post("/users", json={"email": EVE, "password": OTHER})
    token = mailed.token(db, Purpose.RESET_PASSWORD, EVE)
    body = {"email": EVE, "reset_token": token, "new_password": PASSWORD}
    assert client.put("/reset_password", json=body).status_code == 200
    body = {"email": EVE, "password": PASSWORD}
    assert client.post("/sessions", json=body).status_code == 200


@pytest.mark.requirement("OWASP-CS-FORGOT-7")
def test_letters_to_one_address_are_limited_without_telling(
    client: FlaskClient, db: DB
) -> None:
    for email in (BOB, EVE):
        answers = [
            client.post("/users", json={"email": email, "password": OTHER})
            for _ in range(8)
        ]
        assert {answer.status_code for answer in answers} == {200}
        assert len({answer.data for answer in answers}) == 1
    sent = [to for _, to in mailed.letters(db)]
    assert (sent.count(BOB), sent.count(EVE)) == (5, 5)
    # A reset has letters of its own.
    client.post("/reset_password", json={"email": BOB})
    assert mailed.letters(db)[-1] == ("reset_password", BOB)


def test_with_mail_off_it_is_told(make: Make) -> None:
    client = make(
        profile="production", require_verified_email=None, mail="off"
    ).test_client()
    body = {"email": EVE, "password": OTHER}
    assert client.post("/users", json=body).status_code == 200
    answer = client.post("/users", json=body)
    assert answer.status_code == 400
    assert answer.get_json() == {"message": "email already registered"}
    assert client.post("/sessions", json=body).status_code == 200


def test_development_answers_as_ever(make: Make) -> None:
    app = make(require_verified_email=None)
    app.extensions[KEY].courier.stop()
    client = app.test_client()
    body = {"email": EVE, "password": "b4l0u"}
    assert client.post("/users", data=body).status_code == 200
    answer = client.post("/users", data=body)
    assert answer.status_code == 400
    assert answer.get_json() == {"message": "email already registered"}
    assert client.post("/sessions", data=body).status_code == 200
    db = app.extensions[KEY].auth.db
    assert mailed.letters(db) == [("verify_email", EVE)]
    link, _ = mailed.link_and_code(db, EVE)
    answer = client.post("/verify_email", json={"token": link})
    assert answer.get_json() == {"email": EVE, "message": "email verified"}
