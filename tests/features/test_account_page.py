"""The account page: what it shows, and what its forms do."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Auth
from bienvenue.web.extension import KEY
from tests.features.pages import BROWSER, forms, send

BOB, EVE, PASSWORD = "bob@example.com", "eve@example.com", "fifteen letters"


@pytest.fixture
def auth(app: Flask) -> Auth:
    """The accounts behind the page."""
    found: Auth = app.extensions[KEY].auth
    return found


@pytest.fixture
def client(app: Flask, auth: Auth) -> FlaskClient:
    """A browser in which Bob is signed in."""
    auth.register_user(BOB, PASSWORD)
    browser = app.test_client()
    browser.set_cookie("session_id", begin(auth))
    return browser


def begin(auth: Auth, email: str = BOB) -> str:
    """Begin a session, elsewhere."""
    return str(auth.create_session(email))


def test_it_shows_ones_own(client: FlaskClient) -> None:
    page = client.get("/account")
    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "no-store"
    assert BOB in page.text
    assert "This device" in page.text
    assert "Confirm your e-mail address" in page.text
    assert set(forms(page)) == {"/account/password", "/sign_out"}


def test_nothing_is_shown_after_signing_out(client: FlaskClient) -> None:
    page = client.get("/account")
    send(client, page, "/sign_out")
    again = client.get("/account")
    assert (again.status_code, again.data) == (303, b"")
    assert again.location == "/sign_in?next=%2Faccount"
    typed = {"current_password": PASSWORD, "new_password": "another one"}
    for action, more in (
        ("/account/password", typed),
        ("/account/sessions/end", {"number": "1"}),
        ("/account/sessions/end_others", {}),
    ):
        late = client.post(action, data=more, headers=BROWSER)
        assert late.location == "/sign_in?next=%2Faccount"


def test_a_new_password(client: FlaskClient, auth: Auth) -> None:
    elsewhere = begin(auth)
    page = client.get("/account")
    wrong = send(
        client,
        page,
        "/account/password",
        current_password="wrong",
        new_password="a new one",
    )
    assert wrong.status_code == 403
    assert "This is not your password." in wrong.text
    assert "wrong" not in str(forms(wrong))
    before = client.get_cookie("session_id")
    done = send(
        client,
        wrong,
        "/account/password",
        current_password=PASSWORD,
        new_password="a new one",
    )
    assert (done.status_code, done.location) == (303, "/account?done=password")
    assert client.get_cookie("session_id") != before
    assert "Your password is changed" in client.get(done.location).text
    assert auth.check_session(elsewhere) is None
    assert auth.valid_login(BOB, "a new one")


def test_end_one_session(client: FlaskClient, auth: Auth) -> None:
    elsewhere = begin(auth)
    page = client.get("/account")
    done = send(client, page, "/account/sessions/end")
    assert done.location == "/account?done=session"
    assert auth.check_session(elsewhere) is None
    # The other tab still shows it.
    again = send(client, page, "/account/sessions/end")
    assert again.location == "/account?done=session"
    assert client.get("/account").status_code == 200


def test_end_all_others(client: FlaskClient, auth: Auth) -> None:
    others = [begin(auth), begin(auth)]
    page = client.get("/account")
    done = send(client, page, "/account/sessions/end_others")
    assert done.location == "/account?done=others"
    assert [auth.check_session(raw) for raw in others] == [None, None]
    assert client.get("/account").status_code == 200


@pytest.mark.requirement("V8.2.2")
def test_nobody_elses_session_ends(client: FlaskClient, auth: Auth) -> None:
    auth.register_user(EVE, PASSWORD)
    raw = begin(auth, EVE)
    found = auth.check_session(raw)
    assert found is not None
    for number in (str(found.session), "0", "9" * 18):
        client.post(
            "/account/sessions/end", data={"number": number}, headers=BROWSER
        )
    assert auth.check_session(raw) is not None


@pytest.mark.parametrize("number", ["", "-1", "1x", "٣", "9" * 19])
def test_numbers_that_are_none(client: FlaskClient, number: str) -> None:
    answer = client.post(
        "/account/sessions/end", data={"number": number}, headers=BROWSER
    )
    assert answer.status_code == 400
    assert "There is a problem" in answer.text


def test_what_was_done_is_one_of_ours(client: FlaskClient) -> None:
    page = client.get("/account?done=<b>")
    assert 'role="status"' not in page.text
    assert "<b>" not in page.text


def test_a_browser_that_calls_itself_markup(
    client: FlaskClient, auth: Auth
) -> None:
    evil = {"User-Agent": "<script>alert(1)</script>"}
    sent = {"email": BOB, "password": PASSWORD}
    other = client.application.test_client()
    other.post("/sessions", data=sent, headers=evil)
    page = client.get("/account")
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
