"""The page where whoever is signed in gives their password again."""

from typing import Any

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient

from bienvenue import Auth, clock, sudo
from bienvenue.web import redirects
from bienvenue.web.extension import KEY
from tests.features.pages import BROWSER, forms, links, send
from tests.web.conftest import Make
from tests.web.test_pages import Tags

BOB, EVE, PASSWORD = "bob@example.com", "eve@example.com", "fifteen letters"
PAGE = "/reauthenticate?next=%2Faccount%3Fa%3Db"


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
    browser.set_cookie("session_id", str(auth.create_session(BOB)))
    return browser


def fresh(client: FlaskClient, auth: Auth) -> bool:
    """Tell whether the browser's session has fresh proof."""
    cookie = client.get_cookie("session_id")
    found = auth.check_session(cookie and cookie.value)
    assert found is not None
    return sudo.is_fresh(auth.db, found.session)


def test_the_task_goes_on(client: FlaskClient, auth: Auth) -> None:
    with clock.frozen() as now:
        now.advance(hours=1)
        page = client.get(PAGE)
        assert page.status_code == 200
        assert BOB in page.text
        assert not fresh(client, auth)
        before = client.get_cookie("session_id")
        done = send(client, page, "/reauthenticate", password=PASSWORD)
        assert (done.status_code, done.location) == (303, "/account?a=b")
        assert client.get_cookie("session_id") != before
        assert fresh(client, auth)


def test_a_wrong_password(client: FlaskClient) -> None:
    page = client.get(PAGE)
    for wrong, status in (("wrong", 403), ("", 400)):
        again = send(client, page, "/reauthenticate", password=wrong)
        assert again.status_code == status
        assert "There is a problem" in again.text
        assert "Set-Cookie" not in again.headers
        filled = forms(again)["/reauthenticate"]
        assert (filled["next"], filled["password"]) == ("/account?a=b", "")
    assert client.get("/profile").status_code == 200


def test_nobody_elses_password_counts(client: FlaskClient, auth: Auth) -> None:
    auth.register_user(EVE, "another fifteen")
    page = client.get(PAGE)
    sent: dict[str, Any] = {"email": EVE, "password": "another fifteen"}
    again = send(client, page, "/reauthenticate", **sent)
    assert again.status_code == 403


def test_who_is_not_signed_in_does_that(app: Flask, auth: Auth) -> None:
    auth.register_user(BOB, PASSWORD)
    browser = app.test_client()
    to = "/sign_in?next=%2Faccount%3Fa%3Db"
    assert browser.get(PAGE).location == to
    typed = {"password": PASSWORD, "next": "/account?a=b"}
    late = browser.post("/reauthenticate", data=typed, headers=BROWSER)
    assert (late.status_code, late.location) == (303, to)
    assert (
        browser.get("/reauthenticate").location == "/sign_in?next=%2Faccount"
    )


@pytest.mark.requirement("V3.7.2")
@pytest.mark.parametrize(
    "goal", ["//evil.example", "https://evil.example/", "javascript:alert(1)"]
)
def test_nobody_is_sent_elsewhere(client: FlaskClient, goal: str) -> None:
    page = client.get("/reauthenticate", query_string={"next": goal})
    assert "next" not in forms(page)["/reauthenticate"]
    assert goal not in links(page)
    typed = {"password": PASSWORD, "next": goal}
    done = client.post("/reauthenticate", data=typed, headers=BROWSER)
    assert (done.status_code, done.location) == (303, "/account")


def test_what_a_password_manager_sees(client: FlaskClient) -> None:
    found = {
        given["name"]: (given.get("value"), given.get("autocomplete"))
        for tag, given in Tags(client.get(PAGE).text).tags
        if tag == "input"
    }
    assert found["email"] == (BOB, "username")
    assert found["password"] == (None, "current-password")


def test_guesses_are_limited(make: Make) -> None:
    app = make(strict=True, login_failures_per_account=2)
    app.extensions[KEY].auth.register_user(BOB, PASSWORD)
    client = app.test_client()
    raw = app.extensions[KEY].auth.create_session(BOB)
    client.set_cookie("session_id", str(raw))
    page = client.get(PAGE)
    for _ in range(3):
        last = send(client, page, "/reauthenticate", password="wrong")
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0


@pytest.mark.requirement("V3.5.1")
def test_no_other_site_gives_it(client: FlaskClient) -> None:
    foreign = BROWSER | {"Sec-Fetch-Site": "cross-site"}
    typed = {"password": PASSWORD}
    answer = client.post("/reauthenticate", data=typed, headers=foreign)
    assert answer.status_code == 403


def test_the_way_here_names_the_way_back(app: Flask) -> None:
    with app.test_request_context():
        for lead, to in (
            (redirects.to_sign_in, "/sign_in"),
            (redirects.to_reauthenticate, "/reauthenticate"),
        ):
            answer: Response = lead("/admin/users?search=a&b=%20")
            assert answer.status_code == 303
            back = "%2Fadmin%2Fusers%3Fsearch%3Da%26b%3D%2520"
            assert answer.location == f"{to}?next={back}"


@pytest.mark.parametrize("mail", ["mailbox", "off"])
def test_a_way_out_that_there_is(make: Make, mail: str) -> None:
    app = make(mail=mail)
    app.extensions[KEY].auth.register_user(BOB, PASSWORD)
    client = app.test_client()
    raw = app.extensions[KEY].auth.create_session(BOB)
    client.set_cookie("session_id", str(raw))
    offered = 'href="/reset_password"' in client.get(PAGE).text
    assert offered is (mail == "mailbox")
