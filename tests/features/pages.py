"""Pages as a browser without scripts sees them, and sends their forms."""

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.web.test_pages import Tags

BROWSER = {
    "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
    "Content-Type": "application/x-www-form-urlencoded",
    "Sec-Fetch-Site": "same-origin",
}


def forms(page: TestResponse) -> dict[str, dict[str, str]]:
    """Return what each form of a page has filled in, by where it goes.

    Of forms that go to one place, the first; that of the languages, which
    every page has, is left out.
    """
    found: dict[str, dict[str, str]] = {}
    filled: dict[str, str] = {}
    for tag, given in Tags(page.text).tags:
        if tag == "form":
            filled = {}
            if given.get("class") != "languages":
                found.setdefault(given["action"] or "", filled)
        elif given.get("type") == "checkbox" and "checked" not in given:
            continue  # no browser sends it
        elif tag == "input":
            filled[given["name"] or ""] = given.get("value") or ""
    return found


def send(
    client: FlaskClient, page: TestResponse, action: str, **typed: str
) -> TestResponse:
    """Send one of a page's forms; redirects are shown, not followed."""
    filled = forms(page)[action]
    assert typed.keys() <= filled.keys()
    return client.post(action, data={**filled, **typed}, headers=BROWSER)


def links(page: TestResponse) -> set[str]:
    """Return where a page links to."""
    return {
        given["href"] or ""
        for tag, given in Tags(page.text).tags
        if tag == "a"
    }
