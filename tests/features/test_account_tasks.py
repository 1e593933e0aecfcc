"""The pages below the account page: log, "not me", deletion."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import orm

from bienvenue import Auth, audit, clock, session, standing_in
from bienvenue.clock import FrozenClock
from bienvenue.events import Event
from bienvenue.features.account import log
from bienvenue.web.extension import KEY
from tests import mailed
from tests.features.admins import ann, promote
from tests.features.pages import BROWSER, forms, links, send
from tests.web.conftest import Make
from tests.web.test_pages import Tags

BOB, PASSWORD = "bob@example.com", "fifteen letters"
FIREFOX = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
)
AGAIN = "/reauthenticate?next=%2Faccount%2F"


@pytest.fixture(autouse=True)
def time() -> Iterator[FrozenClock]:
    """A clock that moves by hand."""
    with clock.frozen() as stopped:
        yield stopped


def accounts(app: Flask) -> Auth:
    found: Auth = app.extensions[KEY].auth
    return found


def signed_in(app: Flask) -> FlaskClient:
    """A browser in which Bob has just signed in."""
    client = app.test_client()
    client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    body = {"email": BOB, "password": PASSWORD}
    client.post("/users", json=body)
    assert client.post("/sessions", json=body).status_code == 200
    return client


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Bob's browser."""
    return signed_in(app)


def text_of(client: FlaskClient, path: str) -> str:
    return " ".join(Tags(client.get(path).text).text.split())


def borrow(client: FlaskClient) -> None:
    """Have an administrator act in the session there is."""
    auth = accounts(client.application)
    actor = ann(auth)
    row = auth.db.find_user_by(email=BOB).id

    def lend(unit: orm.Session) -> None:
        (lent,) = session.live(unit, row)
        lent.actor_id = actor.id
        until = clock.now() + timedelta(minutes=30)
        standing_in.tie(unit, actor.id, actor.session, lent.id, until)

    auth.db.write(lend)


def test_the_log_is_told_in_sentences(client: FlaskClient) -> None:
    shown = text_of(client, "/account/log")
    assert "You signed in from 127.0.0.1." in shown
    assert "UTC · Firefox on Linux" in shown
    assert shown.count("127.0.0.1") == 2, "once for each entry"
    assert "Your account was made." in shown
    assert f"{clock.now():%Y-%m-%d %H:%M} UTC" in shown
    assert "You signed in from 127.0.0.1." in text_of(client, "/account")


def test_the_log_is_paged(client: FlaskClient) -> None:
    def fill(unit: orm.Session) -> None:
        for _ in range(log.MOST):
            audit.record(unit, Event.DATA_EXPORTED, user_id=1)

    accounts(client.application).db.write(fill)
    page = client.get("/account/log")
    assert page.text.count("A copy of your data was taken.") == log.MOST
    assert "Your account was made." not in page.text
    (older,) = [each for each in links(page) if "before=" in each]
    rest = client.get(older)
    assert "Your account was made." in rest.text
    assert "Back to the latest" in rest.text
    assert not [each for each in links(rest) if "before=" in each]
    assert "Nothing more is kept." in text_of(client, "/account/log?before=0")


@pytest.mark.parametrize("odd", ["", "-1", "x", "٣", "9" * 19, "1'--", "1 "])
def test_odd_numbers_name_nothing(client: FlaskClient, odd: str) -> None:
    page = client.get("/account/log", query_string={"before": odd})
    assert page.status_code == 200
    assert "You signed in" in page.text
    page = client.get("/account/not_me", query_string={"event": odd})
    assert page.status_code == 200
    assert "You signed in" not in page.text


def test_this_was_not_me(client: FlaskClient) -> None:
    """GET says what will be done; POST does it and leads on."""
    other = signed_in(client.application)
    page = client.get("/account/log")
    first = min(each for each in links(page) if "not_me" in each)
    shown = client.get(first)
    assert "You signed in from 127.0.0.1." in shown.text
    assert BOB in shown.text
    assert other.get("/profile").status_code == 200
    done = send(client, shown, "/account/not_me")
    assert (done.status_code, done.location) == (
        303,
        "/account/password?done=not_me",
    )
    assert other.get("/profile").status_code == 403
    goal = client.get(done.location)
    assert "Now choose a new password" in goal.text
    assert "/account/password" in forms(goal)
    assert "/reset_password" in links(goal)
    assert "You said that something was not you" in text_of(
        client, "/account/log"
    )


def test_an_entry_of_somebody_elses_is_not_shown(client: FlaskClient) -> None:
    def record(unit: orm.Session) -> None:
        audit.record(unit, Event.DATA_EXPORTED, user_id=7)

    accounts(client.application).db.write(record)
    for number in range(1, 12):
        page = client.get(f"/account/not_me?event={number}")
        assert page.status_code == 200
        assert "A copy of your data" not in page.text


def test_a_deletion_and_back(client: FlaskClient) -> None:
    app = client.application
    other = signed_in(app)
    page = client.get("/account/delete")
    assert "14 more days" in page.text
    assert "/users/me/export" in links(page)
    done = send(client, page, "/account/delete")
    assert (done.status_code, done.location) == (303, "/account/deleted")
    assert client.get_cookie("session_id") is None
    assert other.get("/profile").status_code == 403
    shown = client.get(done.location)
    assert "going to be deleted" in shown.text
    assert "14 more days" in shown.text
    letters = mailed.letters(accounts(app).db)
    assert ("deletion_scheduled", BOB) in letters
    assert "/sign_in" in links(shown)
    back = signed_in(app)
    assert "called off" in text_of(back, "/account")
    assert back.get("/account/deleted").location == "/account"


def test_a_deletion_at_once(make: Make) -> None:
    app = make(deletion_grace_days=0)
    client = signed_in(app)
    page = client.get("/account/delete")
    assert "gone at once" in page.text
    done = send(client, page, "/account/delete")
    assert "Your account is deleted" in client.get(done.location).text
    body = {"email": BOB, "password": PASSWORD}
    assert client.post("/sessions", json=body).status_code == 401


@pytest.mark.requirement("V7.5.1")
def test_a_deletion_wants_fresh_proof(
    client: FlaskClient, time: FrozenClock
) -> None:
    fresh = client.get("/account/delete")
    time.advance(minutes=11)
    late = send(client, fresh, "/account/delete")
    assert (late.status_code, late.location) == (303, f"{AGAIN}delete")
    page = client.get("/account/delete")
    assert set(forms(page)) == set()
    (way,) = [each for each in links(page) if "reauthenticate" in each]
    assert way.replace("/account/", "%2Faccount%2F") == f"{AGAIN}delete"
    asked = client.get(way)
    back = send(client, asked, "/reauthenticate", password=PASSWORD)
    assert back.location == "/account/delete"
    assert "/account/delete" in forms(client.get(back.location))


def test_the_last_admin_stays_and_is_told(client: FlaskClient) -> None:
    promote(accounts(client.application), BOB)
    page = client.get("/account/delete")
    kept = send(client, page, "/account/delete")
    assert kept.status_code == 409
    assert "This is the last admin." in kept.text
    assert client.delete("/users/me").get_json()["code"] == "last_admin"
    described = client.get("/openapi.json").get_json()["paths"]
    for path, method in (("/users/me", "delete"), ("/account/delete", "post")):
        assert "409" in described[path][method]["responses"]


@pytest.mark.requirement("V14.3.1")
def test_a_deletion_leaves_nothing_in_the_browser(make: Make) -> None:
    client = signed_in(make(strict=True))
    page = client.get("/account/delete")
    done = send(client, page, "/account/delete")
    assert done.headers["Clear-Site-Data"] == '"cache", "storage"'


def test_what_an_administrator_may_not_do_is_not_offered(
    client: FlaskClient,
) -> None:
    assert "as an administrator" not in client.get("/account").text
    borrow(client)
    for path in ("password", "email", "delete"):
        page = client.get(f"/account/{path}")
        assert "You are signed in as somebody else" in page.text
        assert set(forms(page)) == set()
    for path in ("/account", "/account/sessions", "/account/log"):
        assert "You are signed in as somebody else" in client.get(path).text
    shown = text_of(client, "/account/sessions")
    assert "An administrator acts for you here" in shown
    assert "Signed in with" not in shown


def test_a_form_that_is_none_is_told(client: FlaskClient) -> None:
    for path in ("not_me", "delete"):
        broken = client.post(
            f"/account/{path}", data="a=1&a=2", headers=BROWSER
        )
        assert broken.status_code == 400
