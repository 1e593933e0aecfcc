"""Every state of every page, in every language: nothing is left in English.

The states are rendered once with each message in brackets; what stands
outside of them has to be a value that the page was given.
"""

import re
from html.parser import HTMLParser

import pytest

from bienvenue import stationery, translation
from bienvenue.outbox import Letter
from bienvenue.web import rendered, states
from bienvenue.web.states import State
from tests.test_stationery import VALUES
from tests.web.conftest import Make
from tests.web.test_pages import Tags
from tools import messages

SPOKEN = {"alt", "aria-label", "data-hide", "data-show", "placeholder"}
# Of dates, and the names of the service and of programs.
NOT_WORDS = {"UTC", "Bienvenue", "Firefox", "Linux"}
ALL = {
    form
    for message in messages.said()
    for form in ([message.id] if isinstance(message.id, str) else message.id)
}


class Spoken(HTMLParser):
    """All that a page says: its text, and what is read of its tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._silent = False
        self.feed(page)

    def handle_starttag(
        self, tag: str, attrs: list[tuple[str, str | None]]
    ) -> None:
        self._silent = tag in {"script", "style"}
        self.pieces += [text or "" for name, text in attrs if name in SPOKEN]

    def handle_endtag(self, tag: str) -> None:
        self._silent = False

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(data)


def page_of(state: State, tag: str, **values: object) -> str:
    """Return a state's page in a language."""
    given = {**state.values, **values}
    page = rendered.in_language(tag, state.template, **given)
    return page.get_data(as_text=True)


def test_nothing_is_said_past_the_translators(make: Make) -> None:
    unknown: set[str] = set()
    loose: set[str] = set()

    def marked(text: str) -> str:
        if text not in ALL:
            unknown.add(text)
        return f"\u27e6{text}\u27e7"

    def many(one: str, several: str, _count: int) -> str:
        return marked(several) if one in ALL else ""

    own = set(re.findall(r"[^\W\d_]+", " ".join(translation.NAMES.values())))
    app = make()
    for state in states.all_of_them():
        with app.test_request_context("/"):
            page = page_of(state, "en", _=marked, ngettext=many)
        said = " ".join(Spoken(page).pieces)
        bare = re.sub(r"\u27e6.*?\u27e7", " ", said, flags=re.DOTALL)
        assert not [text for text in ALL if len(text) > 8 and text in bare]
        words = set(re.findall(r"[^\W\d_]{2,}", bare)) - own - NOT_WORDS
        given = repr(dict(state.values)).lower()
        loose |= {word for word in words if word.lower() not in given}
    assert not loose
    assert not unknown, "tools/messages.py does not find these"


@pytest.mark.parametrize("tag", translation.languages())
def test_every_state_is_in_its_language(make: Make, tag: str) -> None:
    app = make()
    for state in states.all_of_them():
        with app.test_request_context("/"):
            page = page_of(state, tag)
        html = dict(Tags(page).tags)["html"]
        assert html["lang"] == tag
        assert html["dir"] == translation.direction(tag)


@pytest.mark.parametrize("letter", [each.value for each in Letter])
@pytest.mark.parametrize("tag", translation.languages()[1:])
def test_a_letter_has_no_english_in_it(letter: str, tag: str) -> None:
    written = stationery.write(letter, tag, VALUES)
    shown = " ".join(f"{written.subject} {written.text}".split())
    for text in ALL:
        longest = max(re.split(r"%\(\w+\)s", text), key=len).strip()
        assert len(longest) < 12 or longest not in shown, text
