"""``PATCH /profile``: what may be changed, and what that takes."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from bienvenue import DB, clock
from bienvenue.one_time_token import Purpose
from bienvenue.outbox import OutboxRow
from bienvenue.web.extension import KEY
from tests import mailed
from tests.web.conftest import Make

BOB, NEW, TAKEN = "bob@example.com", "new@example.com", "taken@example.com"
PASSWORD = "fifteen letters"


@pytest.fixture
def app(make: Make) -> Flask:
    """Production's rules, two accounts, letters that nobody fetches."""
    made = make(strict=True)
    made.extensions[KEY].courier.stop()
    for email in (BOB, TAKEN):
        made.extensions[KEY].auth.register_user(email, PASSWORD)
    return made


@pytest.fixture
def db(app: Flask) -> DB:
    """Its database."""
    found: DB = app.extensions[KEY].auth.db
    return found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody who has just signed in."""
    made = app.test_client()
    body = {"email": BOB, "password": PASSWORD}
    assert made.post("/sessions", json=body).status_code == 200
    return made


@pytest.mark.requirement("OWASP-CS-AUTH-2")
def test_another_address(client: FlaskClient, db: DB) -> None:
    answers = [
        client.patch("/profile", json={"email": email})
        for email in (NEW, TAKEN)
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert answer.get_json() == {
            "email": BOB,
            "message": "a mail is on its way to the new address",
        }
    assert answers[0].data == answers[1].data
    for answer in answers:
        answer.headers.pop("X-Request-ID")
    assert list(answers[0].headers) == list(answers[1].headers)
    assert mailed.letters(db) == [
        ("confirm_email_change", NEW),
        ("already_registered", TAKEN),
    ]
    assert client.get("/profile").get_json() == {"email": BOB}


@pytest.mark.requirement("V7.5.1")
def test_it_takes_a_recent_proof(client: FlaskClient, db: DB) -> None:
    with clock.frozen() as stopped:
        stopped.advance(minutes=16)
        answer = client.patch("/profile", json={"email": NEW})
        assert answer.status_code == 403
        assert answer.get_json()["code"] == "reauthentication_required"
        assert mailed.letters(db) == []
        answer = client.patch("/profile", json={"language": "fr"})
        assert answer.status_code == 200
        body = {"email": BOB, "password": PASSWORD}
        assert client.post("/sessions", json=body).status_code == 200
        answer = client.patch("/profile", json={"email": NEW})
        assert answer.status_code == 200


def test_confirming_in_the_browser_that_asked(
    client: FlaskClient, app: Flask, db: DB
) -> None:
    other = app.test_client()
    other.post("/sessions", json={"email": BOB, "password": PASSWORD})
    client.patch("/profile", json={"email": NEW})
    token = mailed.token(db, Purpose.CHANGE_EMAIL, BOB, NEW)
    answer = client.post("/confirm_email_change", json={"token": token})
    assert answer.get_json() == {"email": NEW, "message": "email changed"}
    assert client.get("/profile").get_json() == {"email": NEW}
    assert other.get("/profile").status_code == 403


def test_the_language(client: FlaskClient, db: DB) -> None:
    answer = client.patch("/profile", data={"language": "fr"})
    assert answer.get_json() == {"email": BOB, "message": "profile updated"}
    assert db.find_user_by(email=BOB).language == "fr"
    assert client.get("/profile").get_json() == {"email": BOB}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "malformed"),
        ({"unknown": "x"}, "malformed"),
        ({"language": "xx"}, "malformed"),
        ({"language": ["fr"]}, "malformed"),
        ({"email": ""}, "malformed"),
        ({"email": ["a@example.com"]}, "malformed"),
        ({"email": "no address"}, "invalid_email"),
        ({"email": "bob@example.com\r\nBcc: eve@x.com"}, "invalid_email"),
    ],
)
def test_what_does_not_fit(
    client: FlaskClient, db: DB, body: dict[str, object], code: str
) -> None:
    answer = client.patch("/profile", json=body)
    assert (answer.status_code, answer.get_json()["code"]) == (400, code)
    assert mailed.letters(db) == []
    assert db.find_user_by(email=BOB).language is None


def test_a_language_that_is_none_is_told_those_there_are(
    client: FlaskClient,
) -> None:
    for word in ("xx", "FR", ""):
        answer = client.patch("/profile", json={"language": word})
        said = answer.get_json()["message"]
        assert said == "language is not one of en, ar, de, es, fr"
    answer = client.patch("/profile", json={"language": ["fr"]})
    assert answer.get_json()["message"] == "language is not a text"


def test_only_for_somebody_signed_in(app: Flask) -> None:
    answer = app.test_client().patch("/profile", json={"email": NEW})
    assert answer.status_code == 403
    assert answer.get_json()["code"] == "session_required"


@pytest.mark.requirement("V2.3.2")
def test_email_changes_per_account(client: FlaskClient, db: DB) -> None:
    for number in range(5):
        body = {"email": f"n{number}@example.com"}
        assert client.patch("/profile", json=body).status_code == 200
    answer = client.patch("/profile", json={"email": NEW})
    assert answer.status_code == 429
    assert len(mailed.letters(db)) == 5


@pytest.mark.requirement("V2.3.2")
def test_verification_failures_per_account(make: Make) -> None:
    client = make(strict=True).test_client()
    body = {"email": BOB, "code": "000000", "password": PASSWORD}
    statuses = [
        client.post("/verify_email", json=body).status_code for _ in range(11)
    ]
    assert statuses == [403] * 10 + [429]
    other = body | {"email": NEW}
    assert client.post("/verify_email", json=other).status_code == 403


@pytest.mark.requirement("V2.3.2")
def test_verification_failures_per_network(make: Make) -> None:
    client = make(strict=True).test_client()
    for path in ("/confirm_email_change", "/undo_email_change"):
        for _ in range(25):
            sent = client.post(path, json={"token": "x"})
            assert sent.status_code == 403
    sent = client.post("/verify_email", json={"token": "x"})
    assert sent.status_code == 429


@pytest.mark.requirement("V2.3.2")
def test_verification_requests_per_network(make: Make) -> None:
    client = make(strict=True).test_client()
    statuses = [
        client.post(
            "/verify_email/resend", json={"email": f"n{number}@example.com"}
        ).status_code
        for number in range(21)
    ]
    assert statuses == [200] * 20 + [429]


@pytest.mark.requirement("V2.3.2")
def test_verification_mails_per_account(client: FlaskClient, db: DB) -> None:
    """Beyond it the answer is the usual one, and nothing is sent."""
    sent = 0
    for _ in range(8):
        answer = client.post("/verify_email/resend", json={"email": BOB})
        assert answer.status_code == 200
        sent += len(mailed.letters(db))
        db.write(lambda unit: unit.execute(delete(OutboxRow)).close())
    assert sent == 5


def test_asking_again_without_naming_oneself(
    client: FlaskClient, app: Flask, db: DB
) -> None:
    answer = client.post("/verify_email/resend")
    assert answer.status_code == 200
    assert answer.get_json()["email"] == BOB
    assert mailed.letters(db) == [("verify_email", BOB)]
    answer = app.test_client().post("/verify_email/resend")
    assert answer.status_code == 400
