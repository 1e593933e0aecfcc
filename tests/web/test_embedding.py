"""Pages inside the pages of an application that embeds us."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bienvenue import Bienvenue, Settings
from tests.features.pages import BROWSER, forms, send
from tests.web.test_pages import Tags
from tools import icons

SETTINGS = {"database_url": "sqlite://", "bcrypt_rounds": 4}
BASE = """<!doctype html>
<html lang="{{ language }}" dir="{{ direction }}">
<head>
<title>{% block title %}Shop{% endblock %} | Shop</title>
{% block head %}<link rel="stylesheet" href="/static/shop.css">{% endblock %}
</head>
<body>
<nav>{{ greeting }}, {{ url_for("basket") }}</nav>
{% block content %}{% endblock %}
<footer>The shop</footer>
</body>
</html>
"""


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Flask]:
    """A shop, with a page of its own and templates in a folder."""
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "base.html").write_text(BASE, "utf-8")
    app = Flask("shop", root_path=str(tmp_path))
    app.context_processor(lambda: {"greeting": "Good day"})

    @app.get("/basket")
    def basket() -> str:
        return "basket"

    yield app
    app.extensions["bienvenue"].close()


def assert_in_the_shop(client: FlaskClient) -> None:
    """Hold a page of ours against the shop's own base."""
    page = client.get("/auth/sign_in")
    assert page.status_code == 200
    assert "<title>Sign in | Shop</title>" in page.text
    assert "<nav>Good day, /basket</nav>" in page.text
    assert "<footer>The shop</footer>" in page.text
    # In the page of the shop, and nothing of a page of ours around it.
    inside = page.text.partition("</nav>")[2].partition("<footer>")[0]
    assert '<form method="post" action="/auth/sign_in">' in inside
    tags = Tags(page.text).tags
    for tag in ("html", "head", "body", "title"):
        assert [name for name, _ in tags].count(tag) == 1
    assert not any(name in ("main", "header") for name, _ in tags)
    loaded = [given["href"] for tag, given in tags if tag == "link"]
    assert loaded == ["/static/shop.css", "/auth/static/bienvenue/pages.css"]
    (script,) = (given for tag, given in tags if tag == "script")
    assert script["src"] == "/auth/static/bienvenue/pages.js"
    assert script["data-show"] == "Show"


def test_a_base_template_as_an_argument(host: Flask) -> None:
    settings = Settings(**SETTINGS)
    Bienvenue(host, settings=settings, base_template="base.html")
    assert_in_the_shop(host.test_client())


def test_a_base_template_in_the_configuration(
    host: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in SETTINGS.items():
        host.config[f"BIENVENUE_{name.upper()}"] = value
    host.config["BIENVENUE_BASE_TEMPLATE"] = "base.html"
    Bienvenue(host)
    assert_in_the_shop(host.test_client())


def test_an_account_in_the_shop(host: Flask) -> None:
    """Sign up, sign in and out: every form leads on within the prefix."""
    settings = Settings(**SETTINGS, require_verified_email=False)
    Bienvenue(host, settings=settings, base_template="base.html")
    client = host.test_client()
    typed = {"email": "bob@example.com", "password": "b4l0u"}
    send(client, client.get("/auth/sign_up"), "/auth/sign_up", **typed)
    wrong = {**typed, "password": "wrong"}
    page = send(client, client.get("/auth/sign_in"), "/auth/sign_in", **wrong)
    assert page.status_code == 401
    assert "There is a problem" in page.text
    assert "<title>Error: Sign in | Shop</title>" in page.text
    done = send(client, page, "/auth/sign_in", **typed)
    assert (done.status_code, done.location) == (303, "/auth/account")
    account = client.get("/auth/account")
    assert "<footer>The shop</footer>" in account.text
    assert all(place.startswith("/auth/") for place in forms(account))


def test_without_one_pages_are_whole_by_themselves(host: Flask) -> None:
    Bienvenue(host, settings=Settings(**SETTINGS))
    page = host.test_client().get("/auth/sign_in", headers=BROWSER)
    assert "The shop" not in page.text
    assert "<main" in page.text


def test_our_rules_are_for_our_own_parts() -> None:
    """What an application shows around a page is its own to style."""
    text = (icons.STATIC / "pages.css").read_text("utf-8")
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    outside = text.partition("@layer parts")[0]
    for found in re.finditer(r"^  ([^\s@}][^{]*)\{", outside, re.MULTILINE):
        for selector in re.split(r",\s+(?![^(]*\))", found[1]):
            ours = ".auth" in selector or selector.startswith(":root")
            assert ours, selector
    parts = text.partition("@layer parts {\n")[2].strip()
    assert parts.startswith(":where(.auth) {")
