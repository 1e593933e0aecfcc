"""The pages by which people sign up, sign in and sign out."""

import pytest
from flask.testing import FlaskClient

from bienvenue import Auth
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
    assert done.status_code == 200
    assert "You can sign in now." in done.text
    page = client.get("/sign_in")
    done = send(client, page, "/sign_in", email=BOB, password=PASSWORD)
    assert (done.status_code, done.location) == (303, "/account")
    page = client.get("/account")
    assert BOB in page.text
    assert client.get("/profile").json == {"email": BOB}
    raw = client.get_cookie("session_id")
    done = send(client, page, "/sign_out")
    assert (done.status_code, done.location) == (303, "/sign_in")
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
    told = [
        send(client, page, "/sign_up", email=email, password=PASSWORD)
        for email in (BOB, "new@example.com")
    ]
    assert {answer.status_code for answer in told} == {200}
    texts = [
        answer.text.replace(email, "")
        for answer, email in zip(told, (BOB, "new@example.com"), strict=True)
    ]
    assert texts[0] == texts[1]
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
    page = client.get("/sign_in")
    for email in (BOB, "nobody@example.com"):
        for _ in range(3):
            last = send(client, page, "/sign_in", email=email, password="x")
        assert last.status_code == 429
        assert int(last.headers["Retry-After"]) > 0
        assert "Too many attempts" in last.text


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
    for path, kind in (
        ("/sign_in", "current-password"),
        ("/sign_up", "new-password"),
    ):
        tags = Tags(client.get(path).text).tags
        found = {
            given["name"]: (given["type"], given.get("autocomplete"))
            for tag, given in tags
            if tag == "input"
        }
        assert found == {
            "email": ("email", "username"),
            "password": ("password", kind),
        }
