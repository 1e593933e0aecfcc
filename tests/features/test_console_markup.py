"""The console's pages as markup, in every state: for everybody, by rule."""

import re
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

import bienvenue
from bienvenue.web.late_routes import LateFlask
from bienvenue.web.markup import Markup
from bienvenue.web.states import State, console
from tests.features.consoles import (
    ADA,
    PASSWORD,
    auth_of,
    browser,
    promote,
)
from tests.web.test_pages import Tags

STATES = list(console.states())
SHEET = Path(bienvenue.__file__).parent / "web" / "static" / "admin.css"
CASES = pytest.mark.parametrize("state", STATES, ids=lambda each: each.name)


def page_of(client: FlaskClient, state: State) -> str:
    """Return a state as the gallery shows it."""
    return client.get(f"/dev/gallery/{state.name}").text


@pytest.fixture(scope="module")
def shown() -> dict[str, str]:
    """Every state, rendered once."""
    app = bienvenue.create_app(
        bienvenue.Settings(database_url="sqlite://", bcrypt_rounds=4)
    )
    client = app.test_client()
    found = {each.name: page_of(client, each) for each in STATES}
    app.extensions["bienvenue"].close()
    return found


@CASES
def test_it_is_one_page_with_nothing_inline(
    shown: dict[str, str], state: State
) -> None:
    page = Markup.of(shown[state.name])
    assert list(page.inline()) == []
    assert page.unlabelled == []
    assert [tag for tag, _ in page.tags].count("h1") == 1
    ids = Counter(given["id"] for _, given in page.tags if given.get("id"))
    assert [each for each, count in ids.items() if count > 1] == []
    for name in ("aria-labelledby", "aria-describedby"):
        named = [given.get(name) or "" for _, given in page.tags]
        assert set(" ".join(named).split()) <= set(ids)


@CASES
def test_tables_have_a_caption_and_heads(
    shown: dict[str, str], state: State
) -> None:
    tables = shown[state.name].split("<table")[1:]
    for table in tables:
        inside = table.partition("</table>")[0]
        assert inside.partition(">")[2].lstrip().startswith("<caption")
        heads = re.findall(r"<th\b[^>]*>", inside)
        assert heads
        assert all(re.search(r'scope="(?:col|row)"', each) for each in heads)
        head, _, body = inside.partition("<tbody>")
        columns = head.count("<th ")
        for row in body.split("<tr")[1:]:
            cells = len(re.findall(r"<t[dh]\b", row))
            spanned = re.search(r'colspan="(\d+)"', row)
            assert (int(spanned[1]) if spanned else cells) == columns


@CASES
def test_every_form_goes_somewhere_that_takes_it(
    shown: dict[str, str], state: State, app: Flask
) -> None:
    assert isinstance(app, LateFlask)
    app.complete()
    adapter = app.url_map.bind("localhost")
    for form in Markup.of(shown[state.name]).forms:
        assert adapter.test(form.action, form.method.upper()), form.action
    for form in Markup.of(shown[state.name]).forms:
        assert form.buttons, form.action


def test_the_place_where_one_is_is_marked(shown: dict[str, str]) -> None:
    for state in STATES:
        if state.values.get("section"):
            tags = Markup.of(shown[state.name]).tags
            here = [
                given["href"]
                for _, given in tags
                if given.get("aria-current") == "page"
            ]
            assert len(here) == 1, state.name


def test_only_the_console_loads_its_sheet(app: Flask) -> None:
    auth_of(app).register_user(ADA, PASSWORD)
    promote(auth_of(app), ADA)
    ada = browser(app, ADA)
    for path, wanted in (("/admin", True), ("/account", False)):
        tags = Tags(ada.get(path).text).tags
        hrefs = [str(given.get("href")) for _, given in tags]
        sheet = any(each.endswith("/admin.css") for each in hrefs)
        assert sheet is wanted
        if wanted:
            place = next(each for each in hrefs if "admin.css" in each)
            assert ada.get(place, buffered=True).mimetype == "text/css"


def test_the_sheet_is_small_and_has_no_colour_of_its_own() -> None:
    text = SHEET.read_text("utf-8")
    assert len(text) < 12_000
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", text) == []
    known = SHEET.with_name("pages.css").read_text("utf-8")
    for name in set(re.findall(r"var\((--[\w-]+)", text)):
        assert f"{name}:" in known, name


def test_the_sheet_runs_either_way() -> None:
    """Logical properties only, so that right to left needs no second sheet."""
    text = SHEET.read_text("utf-8")
    physical = (
        r"(?:^|[;{\s])(?:margin|padding|border|inset)?-?(?:left|right|top"
        r"|bottom)\s*:|text-align:\s*(?:left|right)|(?:^|[;{\s])(?:min-|max-)?"
        r"(?:width|height)\s*:"
    )
    rules = re.sub(r"@media[^{]*\{", "", text)
    assert re.findall(physical, rules) == []
