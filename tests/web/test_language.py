"""The language of pages: whose it is, and that it is one throughout."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import orm, update
from werkzeug.test import TestResponse

from bienvenue import DB, Auth, errors, translation
from bienvenue.one_time_token import Purpose
from bienvenue.user import User
from bienvenue.web import language, problems, wording
from bienvenue.web.extension import KEY
from tests import mailed
from tests.web.conftest import Make
from tests.web.test_pages import Tags
from tools import messages

BOB, NEW = "bob@example.com", "new@example.com"
PASSWORD, OTHER = "a long and quiet morning", "another quiet morning"
BROWSER = {"Accept": "text/html"}
LINKS = {
    "/verify_email": Purpose.VERIFY_EMAIL,
    "/confirm_email_change": Purpose.CHANGE_EMAIL,
    "/undo_email_change": Purpose.UNDO_EMAIL_CHANGE,
    "/reset_password": Purpose.RESET_PASSWORD,
}
ASKING = ("/verify_email", "/reset_password")
# A form for each page that answers one, and for each kind of failure.
FORMS: list[tuple[str, dict[str, str]]] = [
    ("/verify_email", {"email": BOB}),
    ("/verify_email", {"email": BOB, "code": "0", "password": OTHER}),
    ("/verify_email", {"token": "stale", "password": OTHER}),
    ("/verify_email/resend", {"email": BOB}),
    ("/verify_email/resend", {"email": "none"}),
    ("/confirm_email_change", {"token": "stale"}),
    ("/undo_email_change", {"token": "stale"}),
    ("/reset_password/mail", {"email": BOB}),
    ("/reset_password/mail", {"email": "none"}),
    (
        "/reset_password/new",
        {"email": BOB, "reset_token": "stale", "new_password": OTHER},
    ),
]
HOSTILE = [
    "",
    ",",
    ";q=1",
    "*",
    "fr;q=nonsense",
    "fr;q=",
    "fr;q=0",
    "fr;q=nan",
    "fr;q=1e999",
    "fr;q=-1",
    "fr;q=2",
    "../fr",
    "fr/../../etc/passwd",
    "fr\0",
    "f" * 65_536,
    "fr-" * 21_845,
    "," * 65_536,
    "a," * 32_768,
    "fr;" + " " * 65_000 + "q=1",
    "fr;q=" + "0" * 65_000,
    "*;q=0.1," * 8_192,
    "é, fr-é",
    "{{7*7}}, %s, %(x)s",
]
TEMPLATES = sorted(messages.PACKAGE.glob("**/templates/bienvenue/*.html"))
# The API is in English, and so is what explains it.
FOR_DEVELOPERS = {"docs.html", "gallery.html", "mailbox.html"}

each_language = pytest.mark.parametrize("tag", translation.languages())


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
    subject = NEW if "change" in path else ""
    return mailed.token(db, LINKS[path], BOB, subject)


def speak(db: DB, tag: str | None) -> None:
    """Have Bob be written in a language."""

    def choose(unit: orm.Session) -> None:
        unit.execute(update(User).values(language=tag))

    db.write(choose)


def tag_of(page: TestResponse) -> str:
    """Return the one language that a page says it is in."""
    (html,) = [found for tag, found in Tags(page.text).tags if tag == "html"]
    assert html["lang"] == page.headers["Content-Language"]
    assert html["dir"] == translation.direction(html["lang"] or "")
    assert page.mimetype == "text/html"
    assert {"Accept-Language", "Cookie"} == set(page.vary.as_set(True))
    return page.headers["Content-Language"]


def said_in_english(page: TestResponse) -> list[str]:
    """Return what a page says in English that has words of its own."""
    shown = " ".join(Tags(page.text).text.split())
    tag = page.headers["Content-Language"]
    other = translation.catalogue("fr" if tag == "en" else tag)
    found = []
    for message in messages.said():
        text = message.id
        if isinstance(text, str) and text and other.gettext(text) != text:
            pieces = [part.strip() for part in re.split(r"%\(\w+\)s", text)]
            longest = max(pieces, key=len)
            # A short one may be a part of a word of the other language.
            whole = rf"(?<!\w){re.escape(longest)}(?!\w)"
            if len(longest) > 3 and re.search(whole, shown):
                found.append(text)
    return found


def led_to(
    client: FlaskClient,
    path: str,
    typed: dict[str, str],
    wanted: dict[str, str],
) -> TestResponse:
    """Send a form, and return the page that tells what came of it."""
    page = client.post(path, data=typed, headers=wanted)
    for _ in range(3):
        if page.status_code == 303:
            page = client.get(page.location, headers=wanted)
    return page


def pages(client: FlaskClient, db: DB, tag: str) -> Iterator[TestResponse]:
    """Yield every page there is, asked for in a language."""
    wanted = {**BROWSER, "Accept-Language": tag}
    for path in ASKING:
        yield client.get(path, headers=wanted)
    for path in LINKS:
        for token in ("stale", link(db, path)):
            yield client.get(f"{path}?token={token}", headers=wanted)
    for action, typed in FORMS:
        yield led_to(client, action, typed, wanted)
    token = link(db, "/verify_email")
    for password in ("", "short", "x" * 1_025, "qwertyuiopasdfghjkl", OTHER):
        typed = {"token": token, "password": password}
        yield led_to(client, "/verify_email", typed, wanted)
    for path in ("/confirm_email_change", "/undo_email_change"):
        typed = {"token": mailed.token(db, LINKS[path], BOB, BOB)}
        yield led_to(client, path, typed, wanted)
    token = link(db, "/reset_password")
    for email, password in ((BOB, "short"), (NEW, OTHER), (BOB, OTHER)):
        typed = {"email": email, "reset_token": token}
        typed["new_password"] = password
        yield led_to(client, "/reset_password/new", typed, wanted)


@each_language
def test_every_page_is_in_the_language_asked_for(
    client: FlaskClient, auth: Auth, tag: str
) -> None:
    statuses = set()
    for page in pages(client, auth.db, tag):
        assert tag_of(page) == tag
        assert bool(said_in_english(page)) == (tag == "en"), page.text
        statuses.add(page.status_code)
    assert statuses == {200, 400, 403}


def test_a_page_has_the_same_status_in_every_language(
    make: Make,
) -> None:
    found = []
    for tag in translation.languages():
        app = make(strict=True, require_verified_email=None)
        app.extensions[KEY].courier.stop()
        accounts = app.extensions[KEY].auth
        accounts.register_user(BOB, PASSWORD)
        shown = pages(app.test_client(), accounts.db, tag)
        found.append([page.status_code for page in shown])
    assert all(each == found[0] for each in found)


def test_a_language_of_ones_own_comes_first(
    client: FlaskClient, auth: Auth
) -> None:
    """On the page, on its failure, and once the token is spent."""
    auth.register_user(NEW, PASSWORD)
    speak(auth.db, "fr")
    english = {**BROWSER, "Accept-Language": "en"}
    for path in LINKS:
        url = f"{path}?token={link(auth.db, path)}"
        assert tag_of(client.get(url, headers=english)) == "fr"
    token = link(auth.db, "/reset_password")
    typed = {"email": NEW, "reset_token": token, "new_password": OTHER}
    for email, status in ((NEW, 403), (BOB, 303)):
        page = client.post(
            "/reset_password/new",
            data=typed | {"email": email},
            headers=english,
        )
        # What worked leads to the page where anybody signs in.
        found = page.status_code == 303 or tag_of(page) == "fr"
        assert (page.status_code, found) == (status, True)
    token = link(auth.db, "/verify_email")
    for password, status in (("", 400), (OTHER, 303)):
        page = client.post(
            "/verify_email",
            data={"token": token, "password": password},
            headers=english,
        )
        found = page.status_code == 303 or tag_of(page) == "fr"
        assert (page.status_code, found) == (status, True)
    token = link(auth.db, "/confirm_email_change")
    page = client.post(
        "/confirm_email_change", data={"token": token}, headers=english
    )
    assert (page.status_code, tag_of(page)) == (400, "fr")
    for path in ("/confirm_email_change", "/undo_email_change"):
        token = mailed.token(auth.db, LINKS[path], BOB, BOB)
        page = client.post(path, data={"token": token}, headers=english)
        assert (page.status_code, tag_of(page)) == (200, "fr")


def test_whoever_is_signed_in_is_known(make: Make) -> None:
    app = make()
    app.extensions[KEY].courier.stop()
    client = app.test_client()
    body = {"email": BOB, "password": PASSWORD}
    client.post("/users", json=body)
    client.post("/sessions", json=body)
    speak(app.extensions[KEY].auth.db, "fr")
    for path in ASKING:
        assert tag_of(client.get(path)) == "fr"
        assert tag_of(app.test_client().get(path)) == "en"


def test_a_language_does_not_tell_of_an_account(
    client: FlaskClient, auth: Auth
) -> None:
    """Nobody proves to be Bob by typing his address."""
    speak(auth.db, "fr")
    for action, typed in FORMS:
        page = led_to(client, action, typed, BROWSER)
        assert tag_of(page) == "en", action
    typed = {"email": BOB, "code": "000000", "password": PASSWORD}
    page = client.post("/verify_email", data=typed, headers=BROWSER)
    assert (page.status_code, tag_of(page)) == (403, "en")


def test_the_default_is_for_who_asks_for_none(make: Make) -> None:
    client = make(default_language="fr").test_client()
    for header, tag in (("", "fr"), ("it", "fr"), ("*", "fr"), ("en", "en")):
        page = client.get(
            "/reset_password", headers={"Accept-Language": header}
        )
        assert tag_of(page) == tag


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("fr", ["fr"]),
        ("fr-CA, fr;q=0.9, en;q=0.8", ["fr-CA", "fr", "en"]),
        ("en;q=0.1,fr;q=0.2", ["fr", "en"]),
        ("de,en,fr", ["de", "en", "fr"]),
        ("FR ; Q=0.5 , en", ["en", "FR"]),
        ("fr;q=0, en;q=0.001", ["en"]),
        ("fr;q=0.000,*", []),
        ("fr;q=1.000", ["fr"]),
        ("fr;q=1.001, en;q=x, de", ["de"]),
        ("zh-Hant-TW", ["zh-Hant-TW"]),
        ("a" * 9 + ", fr", ["fr"]),
        ("x," * 32 + "fr", ["x"] * 32),
    ],
)
def test_what_is_accepted(header: str, tags: list[str]) -> None:
    assert language.accepted(header) == tags


@pytest.mark.parametrize("header", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_header_is_passed_over(
    client: FlaskClient, header: str
) -> None:
    begun = time.perf_counter()
    for _ in range(20):
        found = language.accepted(header)
    assert time.perf_counter() - begun < 0.5
    assert len(found) <= 32
    page = client.get(
        "/reset_password",
        environ_overrides={"HTTP_ACCEPT_LANGUAGE": header},
    )
    assert page.status_code == 200
    assert tag_of(page) == "en"
    assert "49" not in Tags(page.text).text


def test_what_reads_from_right_to_left_says_so(
    client: FlaskClient,
) -> None:
    page = client.get("/verify_email", headers={"Accept-Language": "ar-EG"})
    tags = Tags(page.text).tags
    html = dict(tags)["html"]
    assert (html["lang"], html["dir"]) == ("ar", "rtl")
    turned = [
        found["name"]
        for tag, found in tags
        if tag == "input" and found.get("dir") != "ltr"
    ]
    assert turned == ["password"], "an address and a code are not turned"


def test_what_is_for_developers_is_in_english(client: FlaskClient) -> None:
    for path in ("/docs", "/dev/mailbox"):
        page = client.get(path, headers={"Accept-Language": "fr"})
        assert page.headers["Content-Language"] == "en"
        assert '<html lang="en" dir="ltr">' in page.text
        assert "Accept-Language" not in page.headers["Vary"]


def test_json_stays_in_english(client: FlaskClient) -> None:
    wanted = {"Accept-Language": "fr"}
    for action, typed in FORMS:
        page = client.post(action, json=typed, headers=wanted)
        assert "Content-Language" not in page.headers
        assert page.get_json()["message"].isascii()


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: file.name)
def test_nothing_is_said_past_the_translators(file: Path) -> None:
    """What is left of a page without its tags and calls has no letters."""
    calls = r"\{#.*?#\}|\{\{.*?\}\}|\{%.*?%\}"
    bare = re.sub(calls, "", file.read_text(), flags=re.S)
    said = re.sub(r'<[^>]*>|[\w-]+="[^"]*"', "", bare, flags=re.S)
    assert bool(re.search(r"\w", said)) == (file.name in FOR_DEVELOPERS), said


def test_every_error_that_pages_show_has_its_sentence() -> None:
    ours = [
        kind
        for kind in (problems.Malformed, *vars(errors).values())
        if isinstance(kind, type) and issubclass(kind, errors.BienvenueError)
    ]
    codes = {str(kind.code) for kind in ours if _is_told(kind)}
    # Only the routes of the development profile raise this one.
    assert codes == {*wording.SENTENCES, "development_profile_is_local"}
    assert wording.of(errors.BienvenueError()) == wording.ELSE


def _is_told(kind: type[errors.BienvenueError]) -> bool:
    """Tell whether an error has a status of its own, or of its kind."""
    nearest = next(each for each in kind.__mro__ if each in problems.STATUS)
    return nearest is not errors.BienvenueError
