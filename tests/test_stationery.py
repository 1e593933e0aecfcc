"""Letters look right, in text and in HTML, and carry values as values."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError, nodes

from bienvenue import stationery, translation
from bienvenue.outbox import Letter

LETTERS = [letter.value for letter in Letter]
EVIL = ["{{7*7}}", "{% raw %}", "{{config}}", "%(service)s", "%s", "%"]
VALUES: dict[str, Any] = {
    "service": "The Service",
    "email": "bob@example.com",
    "url": "https://accounts.example.com/x?token=a&b=c",
    "token": "the-token",
    "code": "012345",
    "code_url": "https://accounts.example.com/verify_email",
    "minutes": 60,
    "hours": 24,
    "when": "2026-11-21 09:00 UTC",
    "detail": "the-detail",
    "support": {"text": "help@example.com", "url": "mailto:help@example.com"},
}

every_letter = pytest.mark.parametrize("letter", LETTERS)
every_language = pytest.mark.parametrize("language", translation.languages())


class Page(HTMLParser):
    """A page as a reader sees it, and every attribute in it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def words(text: str) -> str:
    return " ".join(text.split())


@every_letter
@every_language
def test_both_parts_say_the_same(letter: str, language: str) -> None:
    written = stationery.write(letter, language, VALUES)
    page = Page(written.html)
    shown = words(page.text).removeprefix(written.subject)
    plain = words(written.text.replace("\n-- \n", "\n"))
    assert shown.strip() == f"The Service {plain}"


@every_letter
@every_language
def test_the_text_fits_and_has_its_parts_apart(
    letter: str, language: str
) -> None:
    text = stationery.write(letter, language, VALUES).text
    assert text.endswith(".\n")
    assert "\n\n\n" not in text
    assert f"\n{VALUES['url']}\n\n" in text
    assert "\n\n-- \n" in text
    for line in text.splitlines():
        assert len(line) <= 72
        assert line == line.rstrip() or line == "-- "


@every_letter
@every_language
def test_the_html_loads_nothing_and_runs_nothing(
    letter: str, language: str
) -> None:
    page = Page(stationery.write(letter, language, VALUES).html)
    links = []
    for tag, attributes in page.tags:
        assert tag in set("html head meta title body div p a br".split())
        assert not any(name.startswith("on") for name in attributes)
        assert {"src", "srcset", "background"}.isdisjoint(attributes)
        assert "url(" not in (attributes.get("style") or "")
        links += [attributes["href"]] if tag == "a" else []
    place = [VALUES["code_url"]] if letter == "verify_email" else []
    assert links == [VALUES["url"], *place, VALUES["support"]["url"]]
    html = dict(page.tags)["html"]
    way = translation.direction(language)
    assert html == {"lang": language, "dir": way}


@pytest.mark.requirement("V1.2.1")
@every_letter
@every_language
def test_markup_in_a_value_is_text(letter: str, language: str) -> None:
    evil = "\"><svg/onload=1>&amp;'@x.example"
    values = VALUES | dict.fromkeys(("service", "email", "detail"), evil)
    written = stationery.write(letter, language, values)
    assert "<svg" not in written.html
    assert evil in Page(written.html).text
    assert evil in words(written.text), "and in plain text as it is"
    assert "svg" not in {tag for tag, _ in Page(written.html).tags}


@pytest.mark.requirement("V1.3.7")
@pytest.mark.parametrize("evil", EVIL)
@every_letter
def test_a_template_in_a_value_is_text(letter: str, evil: str) -> None:
    evil = f"{evil}@x.example"
    values = VALUES | dict.fromkeys(("service", "email", "detail"), evil)
    written = stationery.write(letter, "en", values)
    for part in (written.subject, written.text, written.html):
        assert "49" not in part
        assert "Config" not in part
    assert evil in written.text
    assert evil in Page(written.html).text


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028"])
def test_a_value_does_not_break_the_subject(break_: str) -> None:
    values = VALUES | {"service": f"A{break_}Bcc: eve@example.com"}
    for letter in LETTERS:
        subject = stationery.write(letter, "en", values).subject
        assert len(subject.splitlines()) == 1


@every_letter
def test_no_letter_asks_for_help_that_there_is_not(letter: str) -> None:
    without = stationery.write(letter, "en", VALUES | {"support": None})
    assert "Help" in stationery.write(letter, "en", VALUES).text
    assert "Help" not in without.text + without.html


def test_a_missing_value_is_an_error() -> None:
    values = {name: v for name, v in VALUES.items() if name != "url"}
    with pytest.raises(UndefinedError, match="url"):
        stationery.write("reset_password", "en", values)


@pytest.mark.parametrize(
    ("minutes", "said"), [(1, "1 minute."), (2, "2 minutes.")]
)
def test_one_is_not_several(minutes: int, said: str) -> None:
    values = VALUES | {"minutes": minutes}
    assert said in stationery.write("reset_password", "en", values).text


def test_a_letter_in_a_language_from_right_to_left() -> None:
    written = stationery.write("verify_email", "ar", VALUES)
    assert "\u2068bob@example.com\u2069" in written.text
    assert f"\n{VALUES['url']}\n" in written.text, "as it is, to be clicked"
    tags = Page(written.html).tags
    assert dict(tags)["html"] == {"lang": "ar", "dir": "rtl"}
    directions = [attributes.get("dir") for tag, attributes in tags[1:]]
    assert directions.count("ltr") == 3, "addresses and a code are not turned"


@pytest.mark.parametrize(
    "name", stationery.environment("en", "html").list_templates()
)
def test_nothing_is_said_past_the_translators(name: str) -> None:
    """Text in a template, or in an expression, that no catalogue has."""
    environment = stationery.environment("en", "html")
    folder = stationery.FOLDER
    assert environment.loader is not None
    source, *_ = environment.loader.get_source(environment, name)
    tree = environment.parse(source)
    data = [node.data for node in tree.find_all(nodes.TemplateData)]
    assert not re.search(r"\w", words(Page("".join(data)).text)), folder
    translated = {
        id(argument)
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Name)
        and call.node.name in {"_", "gettext", "ngettext"}
        for argument in call.args
    }
    for output in tree.find_all(nodes.Output):
        for const in output.find_all(nodes.Const):
            spoken = isinstance(const.value, str) and re.search(
                r"\w", const.value
            )
            assert not spoken or id(const) in translated, const.value
