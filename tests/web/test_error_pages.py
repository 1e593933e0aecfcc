"""Errors as people see them in a browser, and programs as ever."""

import re
from typing import Any, NoReturn

import pytest
import sqlalchemy.exc
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bienvenue import Bienvenue, Settings
from bienvenue.web import headers, problems
from bienvenue.web.extension import KEY
from tests.web.conftest import Make
from tests.web.support import BOB
from tests.web.test_pages import Tags

HTML = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
GOING = {
    **HTML,
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SECRET = "SELECT hashed_password FROM users"

PROGRAMS: list[dict[str, str]] = [
    {},
    {"Accept": "*/*"},
    {"Accept": "application/json", "Sec-Fetch-Mode": "navigate"},
    {**HTML, "Sec-Fetch-Mode": "cors"},
    HTML,
]


def hrefs(page: TestResponse) -> list[str | None]:
    """Return where the links lead that are in a page's own part."""
    tags = Tags(page.text.partition("<h1")[2].partition("</main>")[0]).tags
    return [given["href"] for tag, given in tags if tag == "a"]


def assert_page(answer: TestResponse, status: int) -> None:
    """See that an answer is a page of ours with one heading."""
    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    policies = answer.headers.getlist("Content-Security-Policy")
    assert policies == [headers.PAGE_POLICY]
    assert answer.headers["Cache-Control"] == "no-store"
    assert {"Accept", "Sec-Fetch-Mode", "Cookie"} <= set(answer.vary)
    tags = [tag for tag, _ in Tags(answer.text).tags]
    assert tags.count("h1") == 1
    assert "style" not in tags
    # A way on, and the name of the service around it.
    assert hrefs(answer)
    assert "Bienvenue</title>" in answer.text
    assert answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    ("method", "path", "given", "status", "heading"),
    [
        ("GET", "/nope", {}, 404, "This page does not exist"),
        ("GET", "/sessions/7", {}, 405, "This cannot be done here"),
        ("GET", "/sign_out", {}, 405, "This cannot be done here"),
        ("GET", "/profile", {}, 403, "Please sign in first"),
        ("POST", "/sign_in", {"data": b"\xff"}, 400, "This cannot be read"),
        ("POST", "/sign_in", {"data": b"x" * 70_000}, 413, "too large"),
        (
            "POST",
            "/sign_in",
            {"data": "{}", "headers": {"Content-Type": "text/plain"}},
            415,
            "This cannot be read",
        ),
    ],
)
def test_people_get_a_page(
    client: FlaskClient,
    method: str,
    path: str,
    given: dict[str, Any],
    status: int,
    heading: str,
) -> None:
    sent = given | {"headers": {**GOING, **FORM, **given.get("headers", {})}}
    answer = client.open(path, method=method, **sent)
    assert_page(answer, status)
    assert heading in re.findall(r"<h1>(.*)</h1>", answer.text)[0]
    plain = client.open(path, method=method, **given)
    assert plain.mimetype == problems.PROBLEM
    if "Allow" in plain.headers:
        assert answer.headers["Allow"] == plain.headers["Allow"]


@pytest.mark.parametrize("asked", PROGRAMS, ids=str)
def test_programs_get_what_they_got(
    client: FlaskClient, asked: dict[str, str]
) -> None:
    for method, path in (
        ("GET", "/nope"),
        ("PATCH", "/profile"),
        ("GET", "/profile"),
        ("DELETE", "/sessions"),
        ("PUT", "/reset_password"),
        ("POST", "/users"),
    ):
        plain = client.open(path, method=method)
        answer = client.open(path, method=method, headers=asked)
        for each in (plain, answer):
            each.headers.pop("X-Request-ID")
        assert answer.data == plain.data
        assert list(answer.headers) == list(plain.headers)


def test_an_old_browser_on_a_page_of_ours(app: Flask) -> None:
    """It says nothing of where it goes; the path tells."""
    client = app.test_client()
    sent: dict[str, Any] = {"data": b"\xff", "headers": {**HTML, **FORM}}
    assert_page(client.post("/sign_in", **sent), 400)
    failing(app, RuntimeError(SECRET))
    assert_page(client.get("/sign_in/", headers=HTML), 500)


def test_another_sites_form(client: FlaskClient) -> None:
    sent = {**GOING, **FORM, "Sec-Fetch-Site": "cross-site"}
    answer = client.post("/sign_in", data=BOB, headers=sent)
    assert_page(answer, 403)
    assert "Another site" in answer.text


def test_the_way_on_from_what_wants_a_session(client: FlaskClient) -> None:
    answer = client.get("/profile?a=b&c=%2F", headers=GOING)
    assert hrefs(answer) == ["/sign_in?next=/profile?a%3Db%26c%3D%252F"]


@pytest.mark.requirement("V3.7.2")
def test_no_link_leads_elsewhere(app: Flask) -> None:
    answer = app.test_client().get("//evil.example/x", headers=GOING)
    for link in hrefs(answer):
        assert link is not None
        assert link[:1] == "/" != link[1:2]


def failing(app: Flask, error: Exception) -> None:
    """Have the page to sign in fail."""

    def fail() -> NoReturn:
        raise error

    app.view_functions["bienvenue.sign_in_page"] = fail


@pytest.mark.requirement("V16.5.1")
def test_a_fault(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    app = make(support_url="https://help.example.com")
    failing(app, RuntimeError(SECRET))
    answer = app.test_client().get("/sign_in?next=/a", headers=GOING)
    assert_page(answer, 500)
    for word in (SECRET, "RuntimeError", "Traceback"):
        assert word not in answer.text
    # By this they who help find it in the log.
    assert answer.headers["X-Request-ID"] in answer.text
    assert answer.headers["X-Request-ID"] in caplog.text
    assert hrefs(answer) == [
        "/sign_in?next=/a",
        "/account",
        "https://help.example.com",
    ]


@pytest.mark.requirement("V16.5.2")
def test_a_database_that_is_away(
    app: Flask, bob: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of the page asks it again, not even for a language."""
    error = sqlalchemy.exc.OperationalError(SECRET, {}, OSError(SECRET))
    failing(app, error)

    def away(*_: object) -> NoReturn:
        raise error

    monkeypatch.setattr("bienvenue.auth.Auth.check_session", away)
    answer = bob.get("/sign_in", headers=GOING)
    assert_page(answer, 503)
    assert answer.headers["Retry-After"] == "1"
    assert "Not available just now" in answer.text
    assert SECRET not in answer.text
    assert answer.headers["Content-Language"] == "en"


def test_a_page_that_cannot_be_made(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A theme that is broken takes no answer away."""

    def fail(*_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("bienvenue.web.rendered.page", fail)
    answer = app.test_client().get("/nope", headers=GOING)
    assert (answer.status_code, answer.mimetype) == (404, problems.PROBLEM)


def test_a_proxy_gets_its_own_answer(client: FlaskClient) -> None:
    answer = client.get("/verify", headers=GOING)
    assert answer.mimetype == problems.PROBLEM


def test_a_hosts_own_pages_are_its_own() -> None:
    app = Flask(__name__)
    settings = Settings(database_url="sqlite://", bcrypt_rounds=4)
    Bienvenue(app, settings=settings)
    try:
        client = app.test_client()
        assert "Bienvenue" not in client.get("/nope", headers=GOING).text
        answer = client.get("/auth/profile", headers=GOING)
        assert_page(answer, 403)
        assert hrefs(answer) == ["/auth/sign_in?next=/auth/profile"]
    finally:
        app.extensions[KEY].close()


def test_a_page_speaks_its_readers_language(client: FlaskClient) -> None:
    wanted = {**GOING, "Accept-Language": "fr"}
    answer = client.get("/nope", headers=wanted)
    assert answer.headers["Content-Language"] == "fr"
