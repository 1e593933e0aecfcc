"""From signing up to the account, in one browser, typing nothing twice."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Auth, clock
from bienvenue.one_time_token import Purpose
from bienvenue.passwords import PasswordHasher
from bienvenue.web.extension import KEY
from tests import mailed
from tests.features.pages import BROWSER, forms, send
from tests.web.conftest import Make

BOB, EVE = "bob@example.com", "eve@example.com"
PASSWORD, OTHER = "a long and quiet morning", "another fifteen letters"


@pytest.fixture
def app(make: Make) -> Flask:
    """Production's rules, and letters that nobody fetches."""
    made = make(strict=True, require_verified_email=None)
    made.extensions[KEY].courier.stop()
    return made


@pytest.fixture
def auth(app: Flask) -> Auth:
    """Its accounts."""
    found: Auth = app.extensions[KEY].auth
    return found


def signed_up(client: FlaskClient, email: str = BOB) -> Any:
    """Sign up; return the page that follows."""
    page = client.get("/sign_up")
    done = send(client, page, "/sign_up", email=email, password=PASSWORD)
    assert (done.status_code, done.location) == (303, "/verify_email")
    return client.get(done.location)


def test_by_a_code_alone(client: FlaskClient, auth: Auth) -> None:
    page = signed_up(client)
    assert "<title>Check your e-mail" in page.text
    assert BOB in page.text
    assert forms(page) == {
        "/verify_email": {"email": BOB, "code": ""},
        "/verify_email/resend": {"email": BOB},
    }
    assert 'href="/sign_up"' in page.text  # to change it
    assert 'data-countdown="60"' in page.text
    _, code = mailed.link_and_code(auth.db, BOB)
    done = send(client, page, "/verify_email", code=code)
    assert (done.status_code, done.location) == (303, "/sign_in?done=verified")
    page = client.get(done.location)
    assert forms(page)["/sign_in"]["email"] == BOB
    done = send(client, page, "/sign_in", password=PASSWORD)
    assert (done.status_code, done.location) == (303, "/account")
    assert client.get_cookie("bienvenue_newcomer") is None


def test_by_a_link_and_a_button(client: FlaskClient, auth: Auth) -> None:
    signed_up(client)
    link, _ = mailed.link_and_code(auth.db, BOB)
    page = client.get(f"/verify_email?token={link}")
    assert forms(page)["/verify_email"] == {"token": link}
    # In any other browser the password is asked for.
    elsewhere = client.application.test_client()
    other = elsewhere.get(f"/verify_email?token={link}")
    assert "password" in forms(other)["/verify_email"]
    assert send(elsewhere, other, "/verify_email").status_code == 400
    assert send(client, page, "/verify_email").status_code == 303
    assert auth.db.find_user_by(email=BOB).verified_at
    assert auth.valid_login(BOB, PASSWORD)


@pytest.mark.requirement("V6.3.8")
def test_who_signed_up_with_a_taken_address(
    client: FlaskClient, auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing tells, not even how long it takes: no password is hashed."""
    auth.register_user(EVE, OTHER)
    told = []
    for email in (BOB, EVE):
        browser = client.application.test_client()
        page = signed_up(browser, email)
        seen: list[object] = []
        monkeypatch.setattr(
            PasswordHasher, "_match", lambda *_, seen=seen: seen.append(1)
        )
        wrong = send(browser, page, "/verify_email", code="000000")
        monkeypatch.undo()
        assert seen == []
        assert wrong.status_code == 403
        assert "password" in forms(wrong)["/verify_email"]
        told.append((page.text + wrong.text).replace(email, ""))
    assert told[0] == told[1]


def test_a_note_of_a_taken_address_is_no_way_in(
    client: FlaskClient, auth: Auth
) -> None:
    """Though the mail came to whoever typed it: they chose no password."""
    auth.register_user(EVE, OTHER)
    page = signed_up(client, EVE)
    link, code = mailed.link_and_code(auth.db, EVE)
    assert send(client, page, "/verify_email", code=code).status_code == 403
    page = client.get(f"/verify_email?token={link}")
    assert "password" in forms(page)["/verify_email"]
    assert auth.db.find_user_by(email=EVE).verified_at is None


def test_a_password_replaced_meanwhile(
    client: FlaskClient, auth: Auth
) -> None:
    page = signed_up(client)
    user = auth.db.find_user_by(email=BOB)
    auth.db.update_user(user.id, hashed_password=auth.hasher.hash(OTHER))
    _, code = mailed.link_and_code(auth.db, BOB)
    assert send(client, page, "/verify_email", code=code).status_code == 403


def test_the_page_may_stay_open_overnight(
    client: FlaskClient, auth: Auth
) -> None:
    page = signed_up(client)
    with clock.frozen() as now:
        now.advance(hours=14)
        _, code = mailed.link_and_code(auth.db, BOB)
        late = send(client, page, "/verify_email", code=code)
        # The note counts no more; the page asks for what is missing.
        assert late.status_code == 403
        assert forms(late)["/verify_email"]["email"] == BOB
        typed = {"code": code, "password": PASSWORD}
        done = send(client, late, "/verify_email", **typed)
        assert done.status_code == 303


def test_another_mail(client: FlaskClient, auth: Auth) -> None:
    page = signed_up(client)
    before = len(mailed.letters(auth.db))
    done = send(client, page, "/verify_email/resend")
    assert (done.status_code, done.location) == (
        303,
        "/verify_email?done=sent",
    )
    page = client.get(done.location)
    assert 'role="status"' in page.text
    # The note that proves is not given up for one that does not.
    assert "password" not in forms(page)["/verify_email"]
    assert mailed.letters(auth.db)[before:] == [("verify_email", BOB)]


def test_a_note_is_not_for_programs(client: FlaskClient) -> None:
    body = {"email": BOB, "password": PASSWORD}
    for answer in (
        client.post("/sign_up", json=body),
        client.post("/users", data=body, headers=BROWSER),
    ):
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers


def test_forgot_from_the_first_page_to_the_last(
    client: FlaskClient, auth: Auth
) -> None:
    auth.register_user(BOB, PASSWORD)
    page = client.get("/sign_in")
    page = client.get("/reset_password")
    done = send(client, page, "/reset_password/mail", email=BOB)
    page = client.get(done.location)
    assert "<title>Check your e-mail" in page.text
    assert forms(page) == {"/reset_password/mail": {"email": BOB}}
    assert 'href="/reset_password"' in page.text  # to change it
    again = send(client, page, "/reset_password/mail")
    assert again.location == done.location
    sent = [("reset_password", BOB)] * 2
    assert mailed.letters(auth.db) == sent
    token = mailed.token(auth.db, Purpose.RESET_PASSWORD, BOB)
    page = client.get(f"/reset_password?token={token}")
    typed = {"new_password": OTHER}
    done = send(client, page, "/reset_password/new", **typed)
    assert (done.status_code, done.location) == (303, "/sign_in?done=password")
    page = client.get(done.location)
    assert "Your password is changed" in page.text
    done = send(client, page, "/sign_in", password=OTHER)
    assert (done.status_code, done.location) == (303, "/account")


def test_a_browser_that_plants_a_note(client: FlaskClient) -> None:
    for note in ("x", '"><svg>', "Ijxzdmc+.1.y", "a" * 4000):
        client.set_cookie("bienvenue_newcomer", note)
        for path in ("/verify_email", "/sign_in", "/reset_password"):
            page = client.get(path)
            assert page.status_code == 200
            assert "<svg" not in page.text
