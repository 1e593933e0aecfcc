"""The page to type the mailed code on: what it asks for, and sends."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Auth
from bienvenue.web import headers
from bienvenue.web.extension import KEY
from tests import mailed
from tests.web.conftest import Make
from tests.web.test_landing import BROWSER
from tests.web.test_pages import Tags

BOB, EVE = "bob@example.com", "eve@example.com"
PASSWORD = "a long and quiet morning"
SAME = {"Sec-Fetch-Site": "same-origin", **BROWSER}


@pytest.fixture
def app(make: Make) -> Flask:
    """Production's rules, and letters that nobody fetches."""
    made = make(strict=True, require_verified_email=None)
    made.extensions[KEY].courier.stop()
    made.extensions[KEY].auth.register_user(BOB, PASSWORD)
    return made


@pytest.fixture
def auth(app: Flask) -> Auth:
    """Its accounts."""
    found: Auth = app.extensions[KEY].auth
    return found


def fields(page: str) -> dict[str, dict[str, str | None]]:
    """Return the inputs of a page's first form, by name."""
    first = page[page.index("<form"):page.index("</form>")]
    return {
        found["name"] or "": found
        for tag, found in Tags(first).tags
        if tag == "input"
    }


def test_what_it_asks_for(client: FlaskClient) -> None:
    page = client.get("/verify_email")
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"] == headers.PAGE_POLICY
    found = fields(page.text)
    assert list(found) == ["email", "code", "password"]
    assert "good for 15 minutes" in page.text
    assert found["email"]["autocomplete"] == "username"
    assert found["code"]["inputmode"] == "numeric"
    assert found["code"]["autocomplete"] == "one-time-code"
    assert found["password"]["autocomplete"] == "current-password"
    tags = Tags(page.text).tags
    assert all(found.get("src") for tag, found in tags if tag == "script")
    labelled = {found["for"] for tag, found in tags if tag == "label"}
    seen = [found for tag, found in tags if tag == "input"]
    shown = {each["id"] for each in seen if each.get("type") != "hidden"}
    assert labelled == shown
    actions = [found["action"] for tag, found in tags if tag == "form"]
    assert actions == ["/verify_email", "/verify_email/resend", "/language"]


def test_a_code_verifies(client: FlaskClient, auth: Auth) -> None:
    _, code = mailed.link_and_code(auth.db, BOB)
    typed = {"email": BOB, "code": code, "password": "not the one of Bob"}
    page = client.post("/verify_email", data=typed, headers=SAME)
    assert (page.status_code, page.mimetype) == (403, "text/html")
    assert "do not belong together" in page.text
    again = fields(page.text)
    assert again["email"]["value"] == BOB
    assert again["code"].get("value") is again["password"].get("value") is None
    assert code not in page.text
    assert auth.db.find_user_by(email=BOB).verified_at is None
    typed["password"] = PASSWORD
    page = client.post("/verify_email", data=typed, headers=SAME)
    assert (page.status_code, page.location) == (303, "/sign_in?done=verified")
    assert "You can sign in now" in client.get(page.location).text
    assert auth.db.find_user_by(email=BOB).verified_at


@pytest.mark.parametrize("left_out", ["email", "code", "password"])
def test_a_field_that_is_left_out(
    client: FlaskClient, auth: Auth, left_out: str
) -> None:
    _, code = mailed.link_and_code(auth.db, BOB)
    typed = {"email": BOB, "code": code, "password": PASSWORD, left_out: ""}
    page = client.post("/verify_email", data=typed, headers=SAME)
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert 'role="alert"' in page.text
    assert list(fields(page.text)) == ["email", "code", "password"]
    assert auth.db.find_user_by(email=BOB).verified_at is None


def test_a_session_stands_for_address_and_password(make: Make) -> None:
    app = make()
    app.extensions[KEY].courier.stop()
    db = app.extensions[KEY].auth.db
    client = app.test_client()
    body = {"email": BOB, "password": PASSWORD}
    for path in ("/users", "/sessions"):
        assert client.post(path, json=body).status_code == 200
    found = fields(client.get("/verify_email").text)
    assert (found.pop("email")["value"], list(found)) == (BOB, ["code"])
    _, code = mailed.link_and_code(db, BOB)
    # Of another account, the password is asked for.
    typed = {"email": EVE, "code": code}
    page = client.post("/verify_email", data=typed, headers=SAME)
    assert page.status_code == 403
    assert fields(page.text)["email"]["value"] == EVE
    assert "password" in fields(page.text)
    typed = {"email": BOB, "code": code}
    page = client.post("/verify_email", data=typed, headers=SAME)
    assert page.status_code == 303
    assert db.find_user_by(email=BOB).verified_at


def test_who_asked_for_a_code_is_led_there(client: FlaskClient) -> None:
    page = client.post(
        "/verify_email/resend", data={"email": BOB}, headers=SAME
    )
    assert page.status_code == 303
    page = client.get(page.location)
    assert "a mail is on its way" in page.text
    found = fields(page.text)
    assert found["email"]["value"] == BOB
    # A note of an address that was only typed is no proof of anything.
    assert list(found) == ["email", "code", "password"]


@pytest.mark.requirement("V1.2.1")
def test_what_is_typed_is_a_value(client: FlaskClient) -> None:
    odd = '"><svg/onload=1>{{1234567*9}}"@x.example'
    typed = {"email": odd, "code": odd[:32], "password": PASSWORD}
    page = client.post("/verify_email", data=typed, headers=SAME)
    assert page.mimetype == "text/html"
    assert fields(page.text)["email"]["value"] == odd
    assert "<svg" not in page.text
    assert "11111103" not in page.text
