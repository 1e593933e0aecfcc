"""What a sign-in page weighs, and that it asks nobody else for anything.

The service leaves compressing to whoever stands in front of it, so what is
counted is what gzip makes of each answer at its usual level.
"""

import gzip
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from bienvenue import translation
from tests.web.test_pages import Tags

MOST = 8_000
"""Bytes, of the page and all that it loads."""


@pytest.mark.parametrize("language", translation.languages())
@pytest.mark.parametrize("path", ["/sign_in", "/sign_up"])
def test_a_page_is_light(
    client: FlaskClient, path: str, language: str
) -> None:
    page = client.get(path, headers={"Accept-Language": language})
    assert page.headers["Content-Language"] == language
    weights = {path: weight(page.data)}
    for place in loaded(page.text):
        answer = client.get(place, buffered=True)
        assert answer.status_code == 200, place
        weights[place] = weight(answer.data)
    assert len(weights) > 1
    assert sum(weights.values()) <= MOST, weights


@pytest.mark.parametrize("path", ["/sign_in", "/sign_up", "/reset_password"])
def test_a_page_asks_nobody_else(client: FlaskClient, path: str) -> None:
    page = client.get(path)
    for place in loaded(page.text):
        assert place.startswith("/static/bienvenue/"), place
    policy = page.headers["Content-Security-Policy"].split("; ")
    assert policy[0] == "default-src 'none'"
    for rule in policy:
        _, *sources = rule.split(" ")
        assert set(sources) <= {"'none'", "'self'"}, rule


def test_what_is_loaded_is_found() -> None:
    page = """<link rel="stylesheet" href="/a.css"><link rel="next" href="/b">
    <link rel="icon" href="/i.svg"><script src="/c.js"></script><img src="/d">
    <a href="/e">e</a><link rel="apple-touch-icon" href="/f.png">"""
    assert sorted(loaded(page)) == ["/a.css", "/c.js", "/d", "/i.svg"]


def loaded(page: str) -> set[str]:
    """Return what a browser loads along with a page; each of it once."""
    return set(_loaded(page))


def _loaded(page: str) -> Iterator[str]:
    for tag, given in Tags(page).tags:
        if tag == "link" and given.get("rel") in {"stylesheet", "icon"}:
            yield given["href"] or ""
        elif given.get("src"):
            yield given["src"] or ""


def weight(body: bytes) -> int:
    """Return how many bytes gzip makes of a body."""
    return len(gzip.compress(body, compresslevel=6))
