"""The account page: what it shows, and what its forms do."""

from typing import Any, NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from bienvenue import Auth, Bienvenue, Settings, clock
from bienvenue.web.extension import KEY
from tests.features.consoles import promote
from tests.features.pages import BROWSER, forms, links, send
from tests.web.conftest import Make
from tests.web.test_pages import Tags

BOB, EVE, PASSWORD = "bob@example.com", "eve@example.com", "fifteen letters"
FIREFOX = (
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
)
MEMORY: dict[str, Any] = {"database_url": "sqlite://", "bcrypt_rounds": 4}
EACH = {
    "/account/email",
    "/account/password",
    "/account/sessions",
    "/account/log",
    "/account/delete",
}


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
    assert set(forms(page)) == {"/sign_out"}
    assert links(page) >= EACH


def test_it_leads_admins_to_the_console(
    client: FlaskClient, auth: Auth
) -> None:
    assert "/admin" not in links(client.get("/account"))
    promote(auth, BOB)
    assert "/admin" in links(client.get("/account"))


def test_under_a_prefix_they_lead_to_each_other() -> None:
    host = Flask("host")
    Bienvenue(host, settings=Settings(**MEMORY), prefix="/me")
    auth: Auth = host.extensions[KEY].auth
    auth.register_user(BOB, PASSWORD)
    browser = host.test_client()
    for path in EACH:
        away = browser.get(f"/me{path}")
        goal = f"/me{path}".replace("/", "%2F")
        assert away.location == f"/me/sign_in?next={goal}"
    browser.set_cookie("session_id", begin(auth))
    for path in ("/account", *EACH):
        page = browser.get(f"/me{path}")
        assert page.status_code == 200
        assert all(each[:4] == "/me/" for each in forms(page))
        ours = {each for each in links(page) if each[:1] == "/"}
        assert all(each[:4] == "/me/" for each in ours)
    host.extensions[KEY].close()


def test_what_it_leads_to_is_there_and_leads_back(
    client: FlaskClient,
) -> None:
    for path in EACH:
        page = client.get(path)
        assert page.status_code == 200, path
        assert page.mimetype == "text/html"
        assert page.headers["Cache-Control"] == "no-store"
        assert "/account" in links(page)
        assert page.text.count("<h1") == 1


def test_nothing_is_shown_after_signing_out(client: FlaskClient) -> None:
    page = client.get("/account")
    send(client, page, "/sign_out")
    for path in ("/account", *EACH):
        again = client.get(path)
        assert (again.status_code, again.data) == (303, b"")
        assert again.location == f"/sign_in?next={path.replace('/', '%2F')}"
    typed = {"current_password": PASSWORD, "new_password": "another one"}
    for action, more, form in (
        ("/account/password", typed, "password"),
        ("/account/email", {"email": EVE}, "email"),
        ("/account/email/cancel", {}, "email"),
        ("/account/sessions/end", {"number": "1"}, "sessions"),
        ("/account/sessions/end_others", {}, "sessions"),
        ("/account/not_me", {}, "not_me"),
        ("/account/delete", {}, "delete"),
    ):
        late = client.post(action, data=more, headers=BROWSER)
        assert late.location == f"/sign_in?next=%2Faccount%2F{form}"


def test_a_new_password(client: FlaskClient, auth: Auth) -> None:
    elsewhere = begin(auth)
    page = client.get("/account/password")
    wrong = send(
        client,
        page,
        "/account/password",
        current_password="wrong",
        new_password="a new one",
    )
    assert wrong.status_code == 403
    assert "This is not your password." in wrong.text
    assert "<title>Error:" in wrong.text
    filled = forms(wrong)["/account/password"]
    assert filled == {
        "email": BOB,
        "current_password": "",
        "new_password": "",
    }
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


def test_a_password_that_does_not_do(make: Make) -> None:
    """Its rules are told first, and what is wrong with it after."""
    app = make(strict=True)
    auth: Auth = app.extensions[KEY].auth
    auth.register_user(BOB, PASSWORD)
    client = app.test_client()
    client.set_cookie("session_id", begin(auth))
    page = client.get("/account/password")
    assert "At least 15 characters." in page.text
    for new, said in (
        ("short", "too short"),
        ("qwertyuiopasdfghjkl", "guessed first"),
        ("bob@example.com!", "names of this service"),
        ("x" * 1_025, "longer than 1,024"),
    ):
        wrong = send(
            client,
            page,
            "/account/password",
            current_password=PASSWORD,
            new_password=new,
        )
        assert wrong.status_code == 400
        assert said in wrong.text
    assert auth.valid_login(BOB, PASSWORD)


def test_who_guesses_the_password_waits(make: Make) -> None:
    app = make(strict=True, login_failures_per_account=2)
    auth: Auth = app.extensions[KEY].auth
    auth.register_user(BOB, PASSWORD)
    client = app.test_client()
    client.set_cookie("session_id", begin(auth))
    page = client.get("/account/password")
    typed = {"current_password": "wrong", "new_password": "x" * 20}
    found = [
        send(client, page, "/account/password", **typed) for _ in range(3)
    ]
    assert [each.status_code for each in found] == [403, 403, 429]
    assert "Too many attempts" in found[-1].text
    assert "Other ways in" in found[-1].text
    assert forms(found[-1]).keys() == {"/account/password"}


@pytest.mark.parametrize("later", [False, True])
def test_without_the_database_there_is_a_page(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, later: bool
) -> None:
    """Whether it is away at once, or goes once the session is known."""

    def away(*_args: object, **_more: object) -> NoReturn:
        raise OperationalError("SELECT", {}, OSError("no route"))

    place = "read" if later else "check_session"
    db = client.application.extensions[KEY].auth.db
    monkeypatch.setattr(db, place, away)
    for path in ("/account", *EACH):
        page = client.get(path, headers=BROWSER)
        assert page.status_code == 503, path
        assert page.mimetype == "text/html"
        assert page.headers["Retry-After"] == "1"
        assert "no route" not in page.text
    typed = {"current_password": PASSWORD, "new_password": "another one"}
    for action, more in (
        ("/account/password", typed),
        ("/account/email", {"email": EVE}),
        ("/account/delete", {}),
    ):
        page = client.post(action, data=more, headers=BROWSER)
        assert page.status_code == 503, action
        assert page.mimetype == "text/html"


def test_end_one_session(client: FlaskClient, auth: Auth) -> None:
    elsewhere = begin(auth)
    page = client.get("/account/sessions")
    done = send(client, page, "/account/sessions/end")
    assert done.location == "/account/sessions?done=session"
    assert "That device is signed out." in client.get(done.location).text
    assert auth.check_session(elsewhere) is None
    # The other tab still shows it.
    again = send(client, page, "/account/sessions/end")
    assert again.location == "/account/sessions?done=session"
    assert client.get("/account").status_code == 200


def test_end_all_others(client: FlaskClient, auth: Auth) -> None:
    others = [begin(auth), begin(auth)]
    page = client.get("/account/sessions")
    done = send(client, page, "/account/sessions/end_others")
    assert done.location == "/account/sessions?done=others"
    assert [auth.check_session(raw) for raw in others] == [None, None]
    alone = client.get(done.location)
    assert "All your other devices are signed out." in alone.text
    assert set(forms(alone)) == set()


def test_devices_are_told_apart(client: FlaskClient, auth: Auth) -> None:
    """By what they are, where they are, and when they were there."""
    with clock.frozen() as time:
        time.advance(hours=1)
        phone = client.application.test_client()
        sent = {"email": BOB, "password": PASSWORD}
        place = {"REMOTE_ADDR": "192.0.2.7", "HTTP_USER_AGENT": FIREFOX}
        phone.post("/sessions", data=sent, environ_base=place)
        page = client.get("/account/sessions")
        began = f"{clock.now():%Y-%m-%d %H:%M} UTC"
    shown = " ".join(Tags(page.text).text.split())
    assert "Firefox on Linux" in shown
    assert "192.0.2.7 · Signed in with the password" in shown
    assert f"First used: {began} Last used: {began}" in shown
    assert shown.index("This device") < shown.index("Firefox on")
    assert "Show all devices (1 more)" in client.get("/account").text


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
    for path in ("/account", *EACH):
        page = client.get(f"{path}?done=<b>")
        assert 'role="status"' not in page.text
        assert "<b>" not in page.text


def test_a_browser_that_calls_itself_markup(
    client: FlaskClient, auth: Auth
) -> None:
    evil = {"User-Agent": "<script>alert(1)</script>"}
    sent = {"email": BOB, "password": PASSWORD}
    other = client.application.test_client()
    other.post("/sessions", data=sent, headers=evil)
    for path in ("/account", "/account/sessions", "/account/log"):
        page = client.get(path)
        assert "<script>" not in page.text
        assert "&lt;script&gt;" in page.text
