"""The pages by which people sign up, sign in and sign out."""

from contextlib import ExitStack, suppress

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bienvenue import Auth, clock
from bienvenue.errors import Busy
from bienvenue.web.extension import KEY
from tests import mailed
from tests.features.pages import BROWSER, forms, send
from tests.web.conftest import Make
from tests.web.test_pages import Tags

BOB, PASSWORD = "bob@example.com", "fifteen letters"


@pytest.fixture
def known(auth: Auth, client: FlaskClient) -> FlaskClient:
    """A browser of Bob's, who has an account and is not signed in."""
    auth.register_user(BOB, PASSWORD)
    return client


@pytest.fixture
def auth(app: object) -> Auth:
    """The accounts behind the pages."""
    found: Auth = app.extensions[KEY].auth  # type: ignore[attr-defined]
    return found


def test_up_and_in_and_out(client: FlaskClient) -> None:
    page = client.get("/sign_up")
    done = send(client, page, "/sign_up", email=BOB, password=PASSWORD)
    assert (done.status_code, done.location) == (
        303,
        "/sign_in?done=signed_up",
    )
    assert "You can sign in now." in client.get(done.location).text
    page = client.get("/sign_in")
    done = send(client, page, "/sign_in", email=BOB, password=PASSWORD)
    assert (done.status_code, done.location) == (303, "/account")
    page = client.get("/account")
    assert BOB in page.text
    assert client.get("/profile").json == {"email": BOB}
    raw = client.get_cookie("session_id")
    done = send(client, page, "/sign_out")
    assert (done.status_code, done.location) == (
        303,
        "/sign_in?done=signed_out",
    )
    assert "You are signed out." in client.get(done.location).text
    assert raw is not None
    client.set_cookie("session_id", raw.value)
    assert client.get("/profile").status_code == 403


def test_a_wrong_password_keeps_the_address(known: FlaskClient) -> None:
    page = known.get("/sign_in?next=/account%3Fa=b")
    for email in (BOB, "nobody@example.com"):
        again = send(known, page, "/sign_in", email=email, password="wrong")
        assert again.status_code == 401
        assert "<title>Error: Sign in" in again.text
        assert "do not match" in again.text
        assert "Set-Cookie" not in again.headers
        filled = forms(again)["/sign_in"]
        assert filled == {
            "next": "/account?a=b",
            "email": email,
            "password": "",
        }


@pytest.mark.requirement("V3.7.2")
@pytest.mark.parametrize(
    "goal",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: a=b",
        "x" * 4000,
    ],
)
def test_nobody_is_sent_elsewhere(known: FlaskClient, goal: str) -> None:
    page = known.get("/sign_in", query_string={"next": goal})
    assert "next" not in forms(page)["/sign_in"]
    policy = page.headers["Content-Security-Policy"]
    assert "form-action 'self';" in policy
    sent = {"email": BOB, "password": PASSWORD, "next": goal}
    done = known.post("/sign_in", data=sent, headers=BROWSER)
    if len(goal) > 2048:
        assert done.status_code == 400
    else:
        assert (done.status_code, done.location) == (303, "/account")


def test_back_to_the_application(make: Make) -> None:
    app = make(return_origins="https://app.example.com")
    app.extensions[KEY].auth.register_user(BOB, PASSWORD)
    client = app.test_client()
    goal = "https://app.example.com/reports?year=2026"
    page = client.get("/sign_in", query_string={"next": goal})
    wrong = send(client, page, "/sign_in", email=BOB, password="wrong")
    for shown in (page, wrong):
        # Or the browser would not follow the redirect.
        policy = shown.headers["Content-Security-Policy"]
        assert "form-action 'self' https://app.example.com;" in policy
    done = send(client, page, "/sign_in", email=BOB, password=PASSWORD)
    assert (done.status_code, done.location) == (303, goal)
    # Another tab that still shows the form, and one that opens it.
    again = send(client, page, "/sign_in", email=BOB, password=PASSWORD)
    assert again.location == goal
    seen = client.get("/sign_in", query_string={"next": goal})
    assert (seen.status_code, seen.location) == (303, goal)
    assert client.get("/sign_up").location == "/account"


def test_signing_up_tells_nothing(make: Make) -> None:
    app = make(strict=True, require_verified_email=None)
    app.extensions[KEY].courier.stop()
    app.extensions[KEY].auth.register_user(BOB, PASSWORD)
    client = app.test_client()
    page = client.get("/sign_up")
    assert "At least 15 characters" in page.text
    told = []
    for email in (BOB, "new@example.com"):
        done = send(client, page, "/sign_up", email=email, password=PASSWORD)
        assert (done.status_code, done.location) == (303, "/verify_email")
        # Nor does the note that the browser is given, by its length.
        (note,) = done.headers.getlist("Set-Cookie")
        assert note.startswith("bienvenue_newcomer=")
        shown = client.get(done.location).text
        assert email in shown
        typed = {"email": email, "code": "000000"}
        wrong = client.post("/verify_email", data=typed, headers=BROWSER)
        assert wrong.status_code == 403
        told.append((shown + wrong.text).replace(email, ""))
    assert told[0] == told[1]
    short = send(client, page, "/sign_up", email=BOB, password="short")
    assert short.status_code == 400
    assert "too short" in short.text
    assert forms(short)["/sign_up"]["email"] == BOB
    db = app.extensions[KEY].auth.db
    assert len(mailed.letters(db)) >= 2


def test_a_taken_address_where_it_is_told(known: FlaskClient) -> None:
    page = known.get("/sign_up")
    told = send(known, page, "/sign_up", email=BOB, password=PASSWORD)
    assert told.status_code == 400
    assert "has an account already" in told.text


def test_too_many_attempts(make: Make) -> None:
    app = make(strict=True, login_failures_per_account=2)
    client = app.test_client()
    app.extensions[KEY].auth.register_user(BOB, PASSWORD)
    page = client.get("/sign_in?next=/account%3Fa%3Db")
    told: list[str] = []
    for email in (BOB, "nobody@example.com"):
        for _ in range(3):
            last = send(client, page, "/sign_in", email=email, password="x")
        assert last.status_code == 429
        assert int(last.headers["Retry-After"]) > 0
        assert "<title>Too many attempts" in last.text
        assert "Please wait 15 minutes" in last.text
        told.append(last.text)
        # The way on, when the time has come.
        again = forms(last)["/sign_in"]
        assert again == {"next": "/account?a=b"}
        links = [each.get("href") for _, each in Tags(last.text).tags]
        assert "/reset_password" in links
    assert told[0] == told[1]


@pytest.mark.requirement("V3.5.1")
def test_no_other_site_signs_anybody_in_or_out(known: FlaskClient) -> None:
    sent = {"email": BOB, "password": PASSWORD}
    foreign = BROWSER | {"Sec-Fetch-Site": "cross-site"}
    answer = known.post("/sign_in", data=sent, headers=foreign)
    assert answer.status_code == 403
    known.post("/sign_in", data=sent, headers=BROWSER)
    assert known.post("/sign_out", headers=foreign).status_code == 403
    assert known.get("/sign_out").status_code == 405
    assert known.get("/profile").status_code == 200


@pytest.mark.requirement("V6.2.6", "V6.2.7")
def test_what_a_password_manager_sees(client: FlaskClient) -> None:
    for path, name, kind in (
        # A browser offers passkeys where they may be (WebAuthn, 5.1.4).
        ("/sign_in", "username webauthn", "current-password"),
        ("/sign_up", "username", "new-password"),
    ):
        tags = Tags(client.get(path).text).tags
        found = {
            given["name"]: (given["type"], given["autocomplete"])
            for tag, given in tags
            if tag == "input" and "autocomplete" in given
        }
        assert found == {
            "email": ("email", name),
            "password": ("password", kind),
        }


def cookie_of(answer: TestResponse) -> str:
    """Return the line that sets the session cookie."""
    (line,) = (
        each
        for each in answer.headers.getlist("Set-Cookie")
        if each.startswith("session_id=")
    )
    return line


@pytest.mark.requirement("V7.3.2")
def test_a_browser_forgets_unless_it_is_asked_to_keep(
    known: FlaskClient, auth: Auth
) -> None:
    sent = {"email": BOB, "password": PASSWORD}
    page = known.get("/sign_in")
    with clock.frozen() as now:
        kept = known.post(
            "/sign_in", data={**sent, "keep": "yes"}, headers=BROWSER
        )
        assert "Max-Age=2592000" in cookie_of(kept)
        long = raw_id(known)
        again = known.application.test_client()
        shown = send(again, page, "/sign_in", **sent)
        assert "Max-Age" not in cookie_of(shown)
        assert "Expires" not in cookie_of(shown)
        short = raw_id(again)
        now.advance(hours=12, microseconds=-1)
        assert auth.check_session(short)
        now.advance(microseconds=1)
        assert auth.check_session(short) is None
        assert auth.check_session(long)


def raw_id(client: FlaskClient) -> str:
    """Return the session id that a browser has."""
    cookie = client.get_cookie("session_id")
    assert cookie is not None
    return cookie.value


@pytest.mark.parametrize("keep", ["", "yes"])
def test_a_session_stays_of_its_kind(known: FlaskClient, keep: str) -> None:
    sent = {"email": BOB, "password": PASSWORD, "keep": keep}
    known.post("/sign_in", data=sent, headers=BROWSER)
    change = {"current_password": PASSWORD, "new_password": PASSWORD + "s"}
    again = {"password": PASSWORD + "s"}
    for answer in (
        known.put("/password", json=change),
        known.post("/sessions/reauthentication", json=again),
        known.post("/reauthenticate", data=again, headers=BROWSER),
    ):
        assert answer.status_code < 400
        assert ("Max-Age" in cookie_of(answer)) is (keep == "yes")


def test_what_was_ticked_stays_so(known: FlaskClient) -> None:
    sent = {"email": BOB, "password": "wrong", "keep": "yes"}
    page = known.post("/sign_in", data=sent, headers=BROWSER)
    assert forms(page)["/sign_in"]["keep"] == "yes"
    page = known.post("/sign_in", data=sent | {"keep": ""}, headers=BROWSER)
    assert "keep" not in forms(page)["/sign_in"]
    odd = known.post("/sign_in", data=sent | {"keep": "2"}, headers=BROWSER)
    assert odd.status_code == 400


def test_the_classic_route_keeps(known: FlaskClient) -> None:
    sent = {"email": BOB, "password": PASSWORD}
    assert "Max-Age=2592000" in cookie_of(known.post("/sessions", data=sent))


def test_another_tab_was_faster(known: FlaskClient, auth: Auth) -> None:
    """Two tabs with the form: the second is led on, and nothing is tried."""
    page = known.get("/sign_in?next=/account%3Fa%3Db")
    sent = {"email": BOB, "password": PASSWORD}
    send(known, page, "/sign_in", **sent)
    first = raw_id(known)
    for word in (PASSWORD, "wrong"):
        done = send(known, page, "/sign_in", email=BOB, password=word)
        assert (done.status_code, done.location) == (303, "/account?a=b")
        assert "Set-Cookie" not in done.headers
    assert raw_id(known) == first
    # With somebody else's address it is that one who signs in.
    auth.register_user("eve@example.com", PASSWORD)
    typed = sent | {"email": "eve@example.com"}
    send(known, page, "/sign_in", **typed)
    assert known.get("/profile").json == {"email": "eve@example.com"}
    # A program that sends the form is answered as ever.
    plain = known.post("/sign_in", data=typed)
    assert plain.json == {"email": typed["email"], "message": "logged in"}


def test_no_guessing_is_forgiven_in_an_open_session(make: Make) -> None:
    """What is not tried does not end the counting of failures."""
    app = make(strict=True, login_failures_per_account=2)
    auth = app.extensions[KEY].auth
    auth.register_user(BOB, PASSWORD)
    client = app.test_client()
    client.set_cookie("session_id", str(auth.create_session(BOB)))
    page = app.test_client().get("/sign_in")
    again = {"password": "wrong"}
    codes = []
    for _ in range(3):
        answer = client.post("/sessions/reauthentication", json=again)
        codes.append(answer.status_code)
        send(client, page, "/sign_in", email=BOB, password=PASSWORD)
    assert codes == [403, 403, 429]


def test_who_is_signed_in_signs_nobody_up(known: FlaskClient) -> None:
    page = known.get("/sign_up")
    known.post("/sign_in", data={"email": BOB, "password": PASSWORD})
    done = send(known, page, "/sign_up", email=BOB, password=PASSWORD)
    assert (done.status_code, done.location) == (303, "/account")


def test_the_form_may_stay_open_overnight(known: FlaskClient) -> None:
    """Nothing of it is kept by the service that could run out."""
    with clock.frozen() as now:
        page = known.get("/sign_in")
        now.advance(days=3)
        sent = {"email": BOB, "password": PASSWORD}
        done = send(known, page, "/sign_in", **sent)
        assert (done.status_code, done.location) == (303, "/account")


@pytest.mark.requirement("V14.3.2")
def test_the_way_back_shows_nothing(known: FlaskClient) -> None:
    """A browser that keeps nothing asks again, and is not shown anything."""
    known.post("/sign_in", data={"email": BOB, "password": PASSWORD})
    pages = ["/account", "/reauthenticate"]
    for path in pages:
        page = known.get(path)
        assert page.status_code == 200
        assert page.headers["Cache-Control"] == "no-store"
        assert BOB in page.text
    send(known, known.get("/account"), "/sign_out")
    for path in pages:
        page = known.get(path)
        assert (page.status_code, page.data) == (303, b"")


def test_what_was_done_is_one_of_ours(client: FlaskClient) -> None:
    page = client.get("/sign_in?done=<b>")
    assert 'role="status"' not in page.text
    assert "<b>" not in page.text


def test_a_full_queue_says_when_to_come_back(make: Make) -> None:
    app = make(strict=True)
    client = app.test_client()
    page = client.get("/sign_in")
    gate = app.extensions[KEY].hashing
    with ExitStack() as full:
        with suppress(Busy):
            while True:
                full.enter_context(gate.place())
        answer = send(client, page, "/sign_in", email=BOB, password=PASSWORD)
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert answer.headers["Retry-After"] == "1"
    assert "Too many people are signing in" in answer.text
    assert forms(answer)["/sign_in"]["email"] == BOB
