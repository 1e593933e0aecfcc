"""The gallery: every page is in it, for developers on their machine."""

import re
from collections import Counter

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue.errors import BienvenueError
from bienvenue.web import problems, states, wording
from bienvenue.web.states import State, errors
from tests.web.conftest import Make
from tests.web.test_pages import Tags

STATES = states.all_of_them()
SCREENS = sorted({state.screen for state in STATES})
# What pages are made of, and what they are like for developers.
PARTS = re.compile(
    r"bienvenue/(base|skeleton|landing|own|admin|docs|mailbox|gallery"
    r"|languages"
    r"|(\w+_)?(parts|form|again))\.html"
)
FAR = {"REMOTE_ADDR": "203.0.113.5"}


def test_every_page_is_in_it(app: Flask) -> None:
    loader = app.blueprints["bienvenue"].jinja_loader
    assert loader is not None
    pages = {each for each in loader.list_templates() if ".html" in each}
    shown = {state.template for state in STATES}
    assert {
        each for each in pages - shown if not PARTS.fullmatch(each)
    } == set()
    assert shown <= pages


def test_every_sentence_for_an_error_is_in_it() -> None:
    errors = [state.values.get("error") or state.values for state in STATES]
    shown = {error["code"] for error in errors if "code" in error}
    assert shown == wording.SENTENCES.keys() | wording.BEYOND_FORMS.keys()


def test_no_two_states_have_one_name() -> None:
    assert max(Counter(state.name for state in STATES).values()) == 1


@pytest.mark.parametrize("screen", SCREENS)
def test_a_state_is_a_whole_page(client: FlaskClient, screen: str) -> None:
    for state in STATES:
        if state.screen == screen:
            assert_whole(client, state)


def assert_whole(client: FlaskClient, state: State) -> None:
    """Check what pages promise: a heading, and an error where it is due."""
    page = client.get(f"/dev/gallery/{state.name}")
    assert (page.status_code, page.mimetype) == (200, "text/html")
    tags = Tags(page.text).tags
    assert [tag for tag, _ in tags].count("h1") == 1, state.name
    error = bool(state.values.get("error"))
    assert ("There is a problem" in page.text) == error, state.name
    alerts = [found for _, found in tags if found.get("role") == "alert"]
    assert len(alerts) == error
    about = state.values.get("error_field")
    if about is not None:  # the summary leads to it, and it says so too
        place = about.replace("_", "-")
        (field,) = [found for _, found in tags if found.get("id") == place]
        assert field["name"] == about
        assert field["aria-invalid"] == "true"
        said = f"{place}-problem"
        assert said in (field["aria-describedby"] or "").split()
        assert any(found.get("id") == said for _, found in tags)
        assert any(found.get("href") == f"#{place}" for _, found in tags)


def test_it_lists_every_state(client: FlaskClient) -> None:
    page = client.get("/dev/gallery")
    links = [found.get("href") for tag, found in Tags(page.text).tags]
    for state in STATES:
        for theme in ("light", "dark"):
            for way in ("ltr", "rtl"):
                query = f"theme={theme}&dir={way}"
                assert f"/dev/gallery/{state.name}?{query}" in links


def test_how_a_state_is_shown_can_be_chosen(client: FlaskClient) -> None:
    place = "/dev/gallery/sign_in.empty"
    html = Tags(client.get(f"{place}?theme=dark&dir=rtl").text).tags[0][1]
    assert (html["lang"], html["dir"]) == ("en", "rtl")
    french = client.get(f"{place}?lang=fr")
    assert french.headers["Content-Language"] == "fr"
    assert "Se connecter" in french.text
    odd = client.get(f"{place}?lang=<b>&theme=<b>&dir=<b>")
    assert odd.status_code == 200
    assert "<b>" not in odd.text


def test_its_forms_are_not_sent(client: FlaskClient) -> None:
    page = client.get("/dev/gallery/sign_in.empty")
    policies = page.headers.getlist("Content-Security-Policy")
    assert len(policies) == 1
    assert "form-action 'none'" in policies[0]
    assert "form-action 'self'" not in policies[0]


def test_it_is_for_developers(make: Make) -> None:
    production = make(
        profile="production", secret_key="k" * 32, mail="off"
    ).test_client()
    for path in ("/dev/gallery", "/dev/gallery/sign_in.empty"):
        assert production.get(path).status_code == 404
        far = make().test_client().get(path, environ_base=FAR)
        assert far.status_code == 403
        assert far.get_json()["code"] == "development_profile_is_local"
        open_ = make(allow_remote=True).test_client()
        assert open_.get(path, environ_base=FAR).status_code == 200
    assert make().test_client().get("/dev/gallery/nope").status_code == 404


def test_an_error_stands_in_it_with_its_own_status() -> None:
    own = {
        str(kind.code): status
        for kind, status in problems.STATUS.items()
        if issubclass(kind, BienvenueError)
        and kind is not BienvenueError
    }
    for code, status in errors._CODES.items():
        assert own.get(code, status) == status, code
