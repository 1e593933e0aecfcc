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

    Of forms that go to one place, the first.
    """
    found: dict[str, dict[str, str]] = {}
    filled: dict[str, str] = {}
    for tag, given in Tags(page.text).tags:
        if tag == "form":
            filled = {}
            found.setdefault(given["action"] or "", filled)
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
