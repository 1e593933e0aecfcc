"""Pages of mailed links: looked at by anybody, acted on by a button."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bienvenue import DB, Auth
from bienvenue.one_time_token import Purpose
from bienvenue.web import headers
from bienvenue.web.extension import KEY
from tests import mailed
from tests.features.pages import forms
from tests.web.conftest import Make
from tests.web.test_pages import Tags, stays_here

BOB, NEW = "bob@example.com", "new@example.com"
PASSWORD, OTHER = "fifteen letters", "another fifteen"
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
LINKS = {
    "/verify_email": Purpose.VERIFY_EMAIL,
    "/confirm_email_change": Purpose.CHANGE_EMAIL,
    "/undo_email_change": Purpose.UNDO_EMAIL_CHANGE,
    "/reset_password": Purpose.RESET_PASSWORD,
}
PATHS = pytest.mark.parametrize("path", LINKS)


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


def link(db: DB, path: str) -> str:
    """Return a token in force for the page at a path."""
    subject = NEW if "change" in path else ""
    return mailed.token(db, LINKS[path], BOB, subject)


def form(page: TestResponse) -> tuple[str, dict[str, str]]:
    """Return where a page's form goes, and what is filled in."""
    ((action, filled),) = forms(page).items()
    return action, filled


def send(client: FlaskClient, page: TestResponse, **typed: str) -> Any:
    """Send a page's form as a browser does."""
    action, filled = form(page)
    own = {"Sec-Fetch-Site": "same-origin", **BROWSER}
    return client.post(action, data={**filled, **typed}, headers=own)


def done(client: FlaskClient, answer: TestResponse) -> TestResponse:
    """Return the page that a form leads to, which tells what was done."""
    assert (answer.status_code, answer.data) == (303, b"")
    return client.get(answer.location)


@PATHS
@pytest.mark.requirement("V3.4.5")
def test_a_page_keeps_its_token_to_itself(
    client: FlaskClient, auth: Auth, path: str
) -> None:
    token = link(auth.db, path)
    for given, status in ((token, 200), ("none", 403), ("", 403)):
        answer = client.get(f"{path}?token={given}")
        assert answer.status_code == status
        assert answer.mimetype == "text/html"
        found = answer.headers
        assert found.getlist("Referrer-Policy") == ["no-referrer"]
        assert found.getlist("Cache-Control") == ["no-store"]
        policies = found.getlist("Content-Security-Policy")
        assert policies == [headers.PAGE_POLICY]
        assert "Set-Cookie" not in found
        for tag, attributes in Tags(answer.text).tags:
            assert tag not in {"style", "iframe", "object", "base"}
            for name in ("href", "src", "action"):
                url = attributes.get(name)
                assert stays_here(url)
                assert token not in (url or "")


@PATHS
def test_looking_spends_nothing(
    client: FlaskClient, auth: Auth, path: str
) -> None:
    token = link(auth.db, path)
    before = mailed.subjects(auth.db, LINKS[path])
    for method in ("HEAD", "GET", "OPTIONS", "GET"):
        client.open(f"{path}?token={token}", method=method)
    assert mailed.subjects(auth.db, LINKS[path]) == before
    assert auth.db.find_user_by(email=BOB).verified_at is None
    assert auth.valid_login(BOB, PASSWORD)


def test_verifying(client: FlaskClient, auth: Auth) -> None:
    page = client.get(f"/verify_email?token={link(auth.db, '/verify_email')}")
    answer = send(client, page, password="")
    assert answer.status_code == 400
    assert "There is a problem" in answer.text
    assert "Error:" in answer.text
    answer = send(client, answer, password="short")
    assert answer.status_code == 400
    answer = done(client, send(client, answer, password=PASSWORD))
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "You can sign in now" in answer.text
    assert (
        client.post(
            "/sessions", json={"email": BOB, "password": PASSWORD}
        ).status_code
        == 200
    )
    assert send(client, page, password=PASSWORD).status_code == 403


def test_whoever_is_signed_in_only_presses_the_button(
    make: Make,
) -> None:
    app = make()
    app.extensions[KEY].courier.stop()
    db = app.extensions[KEY].auth.db
    client = app.test_client()
    body = {"email": BOB, "password": PASSWORD}
    client.post("/users", json=body)
    client.post("/sessions", json=body)
    page = client.get(f"/verify_email?token={link(db, '/verify_email')}")
    assert "password" not in form(page)[1]
    answer = done(client, send(client, page))
    assert (answer.status_code, answer.location) == (303, "/account")
    assert db.find_user_by(email=BOB).verified_at


def test_asking_for_another_link(client: FlaskClient, auth: Auth) -> None:
    page = client.get("/verify_email?token=stale")
    answer = done(client, send(client, page, email=BOB))
    assert "a mail is on its way" in answer.text
    # Nobody types it twice.
    assert f'value="{BOB}"' in answer.text
    assert mailed.letters(auth.db) == [("verify_email", BOB)]
    assert send(client, page, email="none").status_code == 400


def test_confirming_and_undoing(client: FlaskClient, auth: Auth) -> None:
    mailed.verify(auth.db, BOB)
    token = link(auth.db, "/confirm_email_change")
    page = client.get(f"/confirm_email_change?token={token}")
    assert "b***@example.com" in page.text
    assert NEW in page.text
    answer = send(client, page)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert auth.valid_login(NEW, PASSWORD)
    assert send(client, page).status_code == 403

    token = mailed.token(auth.db, Purpose.UNDO_EMAIL_CHANGE, NEW, BOB)
    page = client.get(f"/undo_email_change?token={token}")
    assert "n***@example.com" in page.text
    assert BOB in page.text
    answer = send(client, page)
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "a mail is on its way" in answer.text
    assert auth.db.find_user_by(email=BOB).email == BOB
    assert not auth.valid_login(BOB, PASSWORD)
    assert send(client, page).status_code == 403


def test_an_address_that_was_taken_meanwhile(
    client: FlaskClient, auth: Auth
) -> None:
    token = link(auth.db, "/confirm_email_change")
    page = client.get(f"/confirm_email_change?token={token}")
    auth.register_user(NEW, PASSWORD)
    answer = send(client, page)
    assert (answer.status_code, answer.mimetype) == (400, "text/html")
    assert "an account of its own" in answer.text


def test_asking_for_a_reset(client: FlaskClient, auth: Auth) -> None:
    """The page that notices lead to, and that a dead link offers."""
    pages = [
        client.get("/reset_password"),
        client.get("/reset_password?token=stale"),
    ]
    assert [page.status_code for page in pages] == [200, 403]
    for page in pages:
        known = done(client, send(client, page, email=BOB))
        unknown = done(client, send(client, page, email=NEW))
        assert (known.status_code, known.mimetype) == (200, "text/html")
        assert BOB in known.text
        assert known.text.replace(BOB, NEW) == unknown.text
        assert send(client, page, email="none").status_code == 400
    sent = [("reset_password", BOB), ("reset_password", NEW)]
    assert mailed.letters(auth.db) == sent * 2


def test_choosing_a_password(client: FlaskClient, auth: Auth) -> None:
    token = link(auth.db, "/reset_password")
    page = client.get(f"/reset_password?token={token}")
    assert form(page)[1]["email"] == BOB
    inputs = {
        found["name"]: found.get("autocomplete")
        for tag, found in Tags(page.text).tags
        if tag == "input"
    }
    assert inputs["email"] == "username"
    assert inputs["new_password"] == "new-password"
    answer = send(client, page, new_password="short")
    assert answer.status_code == 400
    assert form(answer)[1]["new_password"] == ""
    assert "short" not in {*form(answer)[1].values()}
    answer = send(client, page, email=NEW, new_password=OTHER)
    assert answer.status_code == 403
    assert "not for that e-mail address" in answer.text
    answer = done(client, send(client, page, new_password=OTHER))
    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert "Your password is changed" in answer.text
    assert auth.valid_login(BOB, OTHER)
    assert auth.db.find_user_by(email=BOB).verified_at
    assert send(client, page, new_password=OTHER).status_code == 403


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/verify_email", {"token": "x", "password": OTHER}),
        ("/confirm_email_change", {"token": "x"}),
        ("/undo_email_change", {"token": "x"}),
        (
            "/reset_password/new",
            {"email": BOB, "reset_token": "x", "new_password": OTHER},
        ),
    ],
)
def test_programs_are_answered_in_json(
    client: FlaskClient, path: str, body: dict[str, str]
) -> None:
    for sent in (
        client.post(path, json=body),
        client.post(path, json=body, headers=BROWSER),
        client.post(path, data=body),
        client.post(path, data=body, headers={"Accept": "*/*"}),
    ):
        assert sent.status_code == 403
        assert sent.get_json()["code"] == "invalid_token"
    page = client.post(path, data=body, headers=BROWSER)
    assert (page.status_code, page.mimetype) == (403, "text/html")


@PATHS
def test_another_sites_form_is_refused(
    client: FlaskClient, auth: Auth, path: str
) -> None:
    page = client.get(f"{path}?token={link(auth.db, path)}")
    action, filled = form(page)
    for header in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ):
        answer = client.post(action, data=filled, headers=BROWSER | header)
        assert answer.status_code == 403
    assert mailed.subjects(auth.db, LINKS[path])
    assert auth.valid_login(BOB, PASSWORD)


MARKUP = '"><svg/onload=1>{{1234567*9}}{%config%}'


@PATHS
@pytest.mark.requirement("V1.2.1", "V1.3.7")
def test_what_people_send_is_a_value(
    client: FlaskClient, auth: Auth, path: str
) -> None:
    """Markup and template code, in every place that is echoed."""
    odd = '"><svg/onload=1>{{1234567*9}}"@x.example'
    auth.db.add_user(odd, "h")
    subject = odd if "change" in path else ""
    token = mailed.token(auth.db, LINKS[path], odd, subject)
    pages = [
        client.get(f"{path}?token={token}"),
        client.get(path, query_string={"token": MARKUP}),
    ]
    action = "/reset_password/new" if "reset" in path else path
    for name in ("token", "reset_token", "email", "password"):
        pages.append(client.post(action, data={name: MARKUP}, headers=BROWSER))
        pages.append(
            client.post(
                action,
                data={"token": token, "reset_token": token, name: MARKUP},
                headers=BROWSER,
            )
        )
    assert odd in Tags(pages[0].text).text or odd in form(pages[0])[1].values()
    for page in pages:
        if page.status_code == 303:
            assert "svg" not in page.location
            continue
        assert page.mimetype == "text/html"
        assert "<svg" not in page.text
        assert not any(tag == "svg" for tag, _ in Tags(page.text).tags)
        assert "11111103" not in page.text


def test_limits_are_told_on_the_page(make: Make) -> None:
    app = make(strict=True, verification_failures_per_network=1)
    client = app.test_client()
    body = {"token": "x", "password": OTHER}
    assert client.post("/verify_email", json=body).status_code == 403
    answer = client.post("/verify_email", data=body, headers=BROWSER)
    assert (answer.status_code, answer.mimetype) == (429, "text/html")
    assert "Please wait 15 minutes" in answer.text
    assert int(answer.headers["Retry-After"]) > 0
