"""The pages: what they show, to whom, and what they may load."""

from html.parser import HTMLParser

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue.mail import Message
from bienvenue.route_table import api
from bienvenue.web import headers
from bienvenue.web.extension import KEY, Extension
from tests.web.conftest import Make

BOB = {"email": "bob@example.com", "password": "fifteen letters"}


def stays_here(url: str | None) -> bool:
    """Tell whether a link is a path of ours, or a part of its own page."""
    return url is None or url[:1] == "#" or url[:1] == "/" != url[1:2]


class Tags(HTMLParser):
    """Collects the tags of a page, and every URL in it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("path", ["/docs", "/docs/", "/dev/mailbox"])
def test_a_page_loads_nothing_from_elsewhere(
    client: FlaskClient, path: str
) -> None:
    client.post("/users", json=BOB)
    client.post("/reset_password", json=BOB)
    answer = client.get(path)
    policies = answer.headers.getlist("Content-Security-Policy")
    assert policies == [headers.PAGE_POLICY]
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.content_type == "text/html; charset=utf-8"
    sheets, scripts = 0, []
    for tag, attributes in Tags(answer.text).tags:
        assert tag not in {"style", "iframe", "object", "base"}
        assert not any(name.startswith("on") for name in attributes)
        assert "style" not in attributes
        for name in ("href", "src", "action"):
            url = attributes.get(name)
            # A letter's link is followed by people, and tells of no page.
            followed = attributes.get("rel") == "noreferrer noopener"
            assert stays_here(url) or (tag == "a" and followed)
        if tag == "script":
            scripts.append(attributes["src"])
        if attributes.get("rel") == "stylesheet":
            sheets += 1
            sheet = client.get(attributes["href"] or "", buffered=True)
            assert (sheet.status_code, sheet.mimetype) == (200, "text/css")
    assert sheets == 1
    assert scripts == ["/static/bienvenue/pages.js"]


def test_docs_lists_every_operation(client: FlaskClient) -> None:
    page = client.get("/docs").text
    shown = Tags(page).text
    for operation in api().operations:
        assert f"{operation.method} {operation.template}" in shown
        assert f'id="{operation.view.__name__}"' in page
        for status in operation.answers:
            assert str(status) in shown
        if operation.takes is not None:
            for name in operation.takes.model_fields:
                assert name in shown


def test_docs_under_a_prefix_points_to_its_document(app: Flask) -> None:
    page = app.test_client().get("/docs")
    hrefs = [attributes.get("href") for _, attributes in Tags(page.text).tags]
    assert "/openapi.json" in hrefs


@pytest.mark.requirement("V1.2.1")
def test_the_mailbox_shows_markup_as_text(app: Flask) -> None:
    extension: Extension = app.extensions[KEY]
    letter = Message("<b>@example.com", "<i>", "<script>1</script>&amp;")
    extension.courier.show(letter)
    page = app.test_client().get("/dev/mailbox").text
    assert "<script>" not in page
    assert letter.body in Tags(page).text


def test_the_mailbox_is_empty_at_first(client: FlaskClient) -> None:
    assert "No mail yet." in client.get("/dev/mailbox").text


def test_the_mailbox_is_no_part_of_production(make: Make) -> None:
    for settings in (
        {"profile": "production"},
        {"profile": "production", "allow_remote": True},
        {"mail": "smtp"},
        {"mail": "off"},
    ):
        client = make(**settings).test_client()
        for path in ("/dev/mailbox", "/dev/mailbox/"):
            answer = client.get(path)
            assert answer.status_code == 404
            assert answer.get_json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("127.0.0.1", 200),
        ("127.9.9.9", 200),
        ("::1", 200),
        ("::ffff:127.0.0.1", 200),
        ("::ffff:192.0.2.1", 403),
        ("192.0.2.1", 403),
        ("10.0.0.1", 403),
        ("2001:db8::1", 403),
        ("", 403),
        ("unix:", 403),
    ],
)
def test_the_mailbox_is_for_this_machine(
    make: Make, address: str, status: int
) -> None:
    environ = {"REMOTE_ADDR": address}
    client = make().test_client()
    answer = client.get("/dev/mailbox", environ_base=environ)
    assert answer.status_code == status
    open_ = make(allow_remote=True).test_client()
    answer = open_.get("/dev/mailbox", environ_base=environ)
    assert answer.status_code == 200
