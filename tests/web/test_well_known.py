"""What stands around a service of its own."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Bienvenue, Settings, clock
from bienvenue.errors import ConfigurationError
from tests.web.conftest import Make

PLACES = (
    "/favicon.ico",
    "/robots.txt",
    "/.well-known/change-password",
    "/.well-known/security.txt",
)
CONTACT = "mailto:security@example.com"


def test_an_application_that_embeds_us_has_its_own() -> None:
    app = Flask(__name__)
    settings = Settings(database_url="sqlite://", security_contact=CONTACT)
    Bienvenue(app, settings=settings, prefix="")
    for place in PLACES:
        assert app.test_client().get(place).status_code == 404
    app.extensions["bienvenue"].close()


def test_the_icons(client: FlaskClient) -> None:
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.mimetype) == (200, "image/x-icon")
    assert answer.data[:4] == b"\0\0\1\0"
    page = client.get("/sign_in").text
    for name in ("icon.svg", "icon.png"):
        assert f"/static/bienvenue/{name}" in page
        found = client.get(f"/static/bienvenue/{name}", buffered=True)
        assert str(found.mimetype).startswith("image/")


def test_search_engines_see_the_ways_in(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    lines = answer.text.splitlines()
    assert lines[:2] == ["User-agent: *", "Disallow: /"]
    assert set(lines[2:]) == {
        "Allow: /sign_in$",
        "Allow: /sign_up$",
        "Allow: /static/bienvenue/",
    }


def test_where_a_password_is_changed(client: FlaskClient) -> None:
    answer = client.get("/.well-known/change-password")
    assert answer.status_code == 303
    place = answer.headers["Location"]
    assert place == "/account/password"
    body = {"email": "bob@example.com", "password": "fifteen letters"}
    client.post("/users", json=body)
    client.post("/sessions", json=body)
    page = client.get(place)
    assert page.status_code == 200
    assert 'autocomplete="new-password"' in page.text


def test_nobody_to_tell_of_a_weakness(client: FlaskClient) -> None:
    answer = client.get("/.well-known/security.txt")
    assert answer.status_code == 404
    assert answer.get_json()["code"] == "not_found"


def test_whom_to_tell_of_a_weakness(make: Make) -> None:
    client = make(
        security_contact=CONTACT,
        security_policy_url="https://example.com/policy",
        public_url="https://accounts.example.com",
    ).test_client()
    with clock.frozen(datetime(2026, 11, 21, 15, 4, tzinfo=UTC)):
        answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert fields == {
        "Contact": CONTACT,
        "Expires": "2027-05-20T00:00:00Z",
        "Preferred-Languages": fields["Preferred-Languages"],
        "Canonical": "https://accounts.example.com/.well-known/security.txt",
        "Policy": "https://example.com/policy",
    }
    assert "en" in fields["Preferred-Languages"].split(", ")


def test_it_never_expires_while_it_is_served(make: Make) -> None:
    client = make(security_contact=CONTACT).test_client()
    text = client.get("/.well-known/security.txt").text
    found = re.search(r"^Expires: (.*)$", text, re.MULTILINE)
    assert found
    expires = datetime.fromisoformat(found[1])
    assert timedelta(days=90) < expires - clock.now() < timedelta(days=365)


@pytest.mark.parametrize(
    "contact",
    ["security@example.com", "http://example.com", "mailto:a\nPolicy: x", ""],
)
def test_a_contact_that_is_none(contact: str) -> None:
    with pytest.raises(ConfigurationError, match="security_contact"):
        Settings(security_contact=contact)
