"""What a letter says is shown as it is, and its links can be followed."""

import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import mailbox
from bienvenue.mail import Message
from bienvenue.web.extension import KEY, Extension
from tests.web.conftest import Make
from tests.web.test_pages import Tags

ODD = [
    "  two spaces,\ttab, and a line\r\n\n\nthree on",
    "javascript:alert(1) data:text/html,x //evil.example HTTP:x ftp://x",
    '<script>alert(1)</script> https://a.example/"onclick="x <https://b>',
    "xhttps://a.example mail@example.com www.example.com",
]


def shown(app: Flask, client: FlaskClient, body: str) -> str:
    """Deliver a letter; return what stands in its place on the page."""
    extension: Extension = app.extensions[KEY]
    letter = Message("bob@example.com", "Odd", body)
    extension.auth.db.write(lambda unit: mailbox.deliver(unit, letter))
    page = client.get("/dev/mailbox").text
    return page.partition("<pre>")[2].partition("</pre>")[0]


def test_a_link_can_be_followed(make: Make) -> None:
    app = make(require_verified_email=True)
    client = app.test_client()
    client.post("/users", json={"email": "bob@example.com", "password": "x"})
    page = client.get("/dev/mailbox")
    mailed = page.text.partition("<pre>")[2].partition("</pre>")[0]
    links = [given for tag, given in Tags(mailed).tags if tag == "a"]
    assert {each["rel"] for each in links} == {"noreferrer noopener"}
    goals = [each["href"] or "" for each in links]
    landing = "http://localhost:5000/verify_email"
    assert [each.partition("?token=")[0] for each in goals] == [landing] * 2
    for each in goals:
        assert client.get(each).status_code == 200
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("body", ODD)
def test_whatever_is_in_a_letter_is_text(
    app: Flask, client: FlaskClient, body: str
) -> None:
    found = shown(app, client, body)
    tags = Tags(found).tags
    for tag, given in tags:
        assert tag == "a"
        assert (given["href"] or "").startswith(("http://", "https://"))
        assert given.keys() == {"href", "rel"}
    text = unescape(re.sub(r"<[^>]+>", "", found))
    assert text == body
