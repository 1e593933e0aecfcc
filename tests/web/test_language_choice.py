"""The switch of languages: on every page, without scripts, for everybody."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bienvenue import DB, translation
from bienvenue.one_time_token import Purpose
from bienvenue.user import User
from bienvenue.web.extension import KEY
from tests import mailed
from tests.features.pages import BROWSER
from tests.web.conftest import Make
from tests.web.test_pages import Tags

BOB = {"email": "bob@example.com", "password": "a long and quiet morning"}
NAME = "bienvenue_language"


@pytest.fixture
def app(make: Make) -> Flask:
    made = make()
    made.extensions[KEY].courier.stop()
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def bob(client: FlaskClient) -> FlaskClient:
    client.post("/users", json=BOB)
    client.post("/sessions", json=BOB)
    return client


def choices(page: TestResponse) -> dict[str, str]:
    """Return the languages that a page offers, and where each leads back."""
    tags = Tags(page.text).tags
    goals = [
        given.get("value") or ""
        for tag, given in tags
        if tag == "input" and given.get("name") == "next"
    ]
    return {
        given["value"] or "": goals[-1]
        for tag, given in tags
        if tag == "button" and given.get("name") == "language"
    }


def choose(client: FlaskClient, page: TestResponse, tag: str) -> TestResponse:
    """Press the button of a language."""
    typed = {"language": tag, "next": choices(page)[tag]}
    return client.post("/language", data=typed, headers=BROWSER)


def language_of(page: TestResponse) -> str:
    return page.headers["Content-Language"]


def stored(app: Flask) -> str | None:
    db: DB = app.extensions[KEY].auth.db
    query = select(User.language).where(User.email == BOB["email"])
    return db.read(lambda unit: unit.scalar(query))


def test_a_choice_holds_on_every_page_after_it(client: FlaskClient) -> None:
    page = client.get("/sign_in?next=/account")
    assert list(choices(page)) == list(translation.languages())
    assert language_of(page) == "en"
    done = choose(client, page, "ar")
    assert (done.status_code, done.location) == (303, "/sign_in?next=/account")
    for path in ("/sign_in", "/reset_password", "/verify_email"):
        page = client.get(path, headers={"Accept-Language": "fr"})
        assert language_of(page) == "ar"
        assert 'dir="rtl"' in page.text
    choose(client, page, "de")
    assert language_of(client.get("/sign_in")) == "de"


def test_the_one_in_force_is_marked(client: FlaskClient) -> None:
    page = client.get("/sign_in", headers={"Accept-Language": "es"})
    marked = {
        given["value"]: given["lang"]
        for tag, given in Tags(page.text).tags
        if tag == "button" and given.get("aria-current")
    }
    assert marked == {"es": "es"}
    for tag, name in translation.NAMES.items():
        assert f'lang="{tag}"' in page.text
        assert f">{name}</button>" in page.text


def test_the_cookie_has_a_language_in_it_and_nothing_else(
    client: FlaskClient,
) -> None:
    done = choose(client, client.get("/sign_in"), "fr")
    cookie = client.get_cookie(NAME)
    assert cookie is not None
    assert cookie.value == "fr"
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert len(done.headers.getlist("Set-Cookie")) == 1


@pytest.mark.parametrize("value", ["xx", "EN", "../fr", "fr;", "f" * 4000])
def test_another_cookie_counts_for_nothing(
    client: FlaskClient, value: str
) -> None:
    client.set_cookie(NAME, value)
    page = client.get("/sign_in", headers={"Accept-Language": "fr"})
    assert (page.status_code, language_of(page)) == (200, "fr")


def test_whoever_is_signed_in_is_written_to_in_it(
    app: Flask, bob: FlaskClient
) -> None:
    assert stored(app) is None
    page = choose(bob, bob.get("/account"), "de")
    assert (page.status_code, page.location) == (303, "/account")
    assert stored(app) == "de"
    assert language_of(bob.get("/account")) == "de"
    # In another browser too, where nothing was chosen.
    other = app.test_client()
    other.post("/sessions", json=BOB)
    assert language_of(other.get("/account")) == "de"


def test_to_choose_the_same_again_is_no_event(
    app: Flask, bob: FlaskClient
) -> None:
    for _ in range(3):
        choose(bob, bob.get("/account"), "fr")
    log = bob.get("/users/me/export").get_json()["events"]
    assert [each["event"] for each in log].count("user_updated") == 1


def test_whoever_is_not_signed_in_changes_no_account(
    app: Flask, bob: FlaskClient
) -> None:
    stranger = app.test_client()
    choose(stranger, stranger.get("/sign_in"), "fr")
    assert stored(app) is None


def test_a_mailed_link_still_counts_after_the_choice(
    app: Flask, bob: FlaskClient
) -> None:
    db = app.extensions[KEY].auth.db
    token = mailed.token(db, Purpose.RESET_PASSWORD, BOB["email"], "")
    page = bob.get(f"/reset_password?token={token}")
    done = choose(bob, page, "es")
    assert done.location == f"/reset_password?token={token}"
    page = bob.get(done.location)
    assert (page.status_code, language_of(page)) == (200, "es")


def test_the_answer_to_a_form_leads_back_to_a_page(
    client: FlaskClient,
) -> None:
    page = client.post("/sign_in", data={**BOB}, headers=BROWSER)
    assert page.status_code == 401
    assert set(choices(page).values()) == {"/sign_in"}
    typed = {"email": "none"}
    page = client.post("/reset_password/mail", data=typed, headers=BROWSER)
    assert page.status_code == 400
    assert set(choices(page).values()) == {""}
    assert choose(client, page, "fr").location == "/sign_in"


@pytest.mark.parametrize(
    "goal",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "x", "é"],
)
def test_nobody_is_sent_elsewhere(client: FlaskClient, goal: str) -> None:
    typed = {"language": "fr", "next": goal}
    done = client.post("/language", data=typed, headers=BROWSER)
    assert (done.status_code, done.location) == (303, "/sign_in")


@pytest.mark.parametrize("tag", ["", "xx", "en-GB", "de"])
def test_what_is_not_offered_is_refused(make: Make, tag: str) -> None:
    client = make(languages="en, fr").test_client()
    done = client.post("/language", json={"language": tag, "next": "/"})
    assert done.status_code == 400
    assert done.get_json()["code"] == "malformed"
    assert "Set-Cookie" not in done.headers


def test_only_what_is_offered_is_shown(make: Make) -> None:
    client = make(languages="fr", default_language="de").test_client()
    page = client.get("/sign_in", headers={"Accept-Language": "ar, fr"})
    assert (language_of(page), list(choices(page))) == ("fr", ["de", "fr"])
    client.set_cookie(NAME, "ar")
    assert language_of(client.get("/sign_in")) == "de"
    client = make(languages="en").test_client()
    page = client.get("/sign_in", headers={"Accept-Language": "fr"})
    assert (language_of(page), choices(page)) == ("en", {})


def test_pages_for_developers_have_no_choice(client: FlaskClient) -> None:
    for path in ("/docs", "/dev/mailbox", "/dev/gallery"):
        assert choices(client.get(path)) == {}


def test_a_page_of_an_error_has_the_choice_too(client: FlaskClient) -> None:
    wanted = {**BROWSER, "Sec-Fetch-Mode": "navigate"}
    page = client.get("/nowhere?a=b&c=%C3%A9", headers=wanted)
    assert page.status_code == 404
    assert set(choices(page).values()) == {"/nowhere?a=b&c=%C3%A9"}
