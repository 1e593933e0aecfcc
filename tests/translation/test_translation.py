"""Which language is chosen, and that every one says everything."""

import re
from typing import Any, get_args

import pytest
from jinja2.ext import extract_from_ast

from bienvenue import Settings, stationery, translation
from tools import messages

OTHERS = translation.languages()[1:]
COUNTS = {"num", "count", "days", "least", "minutes", "times"}
# Words that are the same in two languages.
SAME: dict[str, set[str]] = {
    "ar": set(),
    "de": {"Admin", "Status"},
    "es": {"Error:"},
    "fr": {"Administration", "Pages", "Sessions", "Source"},
}
HOLE = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (["fr"], "fr"),
        (["FR"], "fr"),
        (["fr-CA"], "fr"),
        (["fr_FR"], "fr"),
        (["fr-Latn-CA"], "fr"),
        (["en-GB", "fr"], "en"),
        ([None, "fr"], "fr"),
        (["tlh", "fr"], "fr"),
        (["", None, "xx"], "en"),
        (["../../etc/passwd"], "en"),
        (["fr/../fr"], "en"),
        ([], "en"),
    ],
)
def test_the_first_language_that_there_is(
    wanted: list[str | None], language: str
) -> None:
    assert translation.choose(*wanted) == language


@pytest.mark.parametrize(
    ("wanted", "language"),
    [(["de", "fr"], "fr"), (["de"], "en"), (["ar-EG", "en"], "en")],
)
def test_only_what_is_offered_is_chosen(
    wanted: list[str], language: str
) -> None:
    assert translation.choose(*wanted, among=("en", "fr")) == language


def test_every_language_has_its_own_name() -> None:
    assert translation.NAMES.keys() == set(translation.languages())


def test_what_is_put_into_arabic_is_not_turned() -> None:
    said = translation.catalogue("ar").gettext("You sign in with %(email)s.")
    assert "\u2068%(email)s\u2069" in said
    said = translation.catalogue("ar").gettext("Help: %(support)s")
    assert "\u2068" not in said, "a link ends where it ends"
    said = translation.catalogue("fr").gettext("You sign in with %(email)s.")
    assert "\u2068" not in said


def test_which_way_languages_are_written() -> None:
    directions = {
        tag: translation.direction(tag)
        for tag in ("en", "fr", "de", "ar", "ar-EG", "he", "arn")
    }
    right_to_left = {tag for tag, d in directions.items() if d == "rtl"}
    assert right_to_left == {"ar", "ar-EG", "he"}


def test_what_can_be_the_default_is_what_there_is() -> None:
    field = Settings.model_fields["default_language"]
    assert get_args(field.annotation) == translation.languages()


@pytest.mark.parametrize("language", OTHERS)
def test_a_catalogue_says_all_that_the_templates_say(language: str) -> None:
    file = messages.CATALOGUES / f"{language}.po"
    written = file.read_bytes()
    update = messages.brought_up_to_date(file)
    assert written == update, "run: python tools/messages.py"
    for message in messages.load(file):
        if message.id:
            assert not message.fuzzy, message.id
            assert all(_forms(message.string)), message.id


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_is_none_that_was_left_in_english(
    language: str,
) -> None:
    same = {
        message.id
        for message in messages.load(messages.CATALOGUES / f"{language}.po")
        if message.id and message.id == message.string
    }
    assert same == SAME[language]


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_holes_of_its_message(language: str) -> None:
    for message in messages.load(messages.CATALOGUES / f"{language}.po"):
        if message.id:
            (holes,) = {_holes(form) for form in _forms(message.id)}
            # What says "one" or "two" in a word needs no number beside it.
            several = len(_forms(message.string)) > 1
            least = holes - COUNTS if several else holes
            for form in _forms(message.string):
                assert least <= _holes(form) <= holes, message.id
                assert "%" not in HOLE.sub("", form), message.id


def test_the_messages_of_every_template_are_found() -> None:
    """Else the test above would have nothing to miss."""
    found = {message.id for message in messages.said() if message.id}
    environment = stationery.environment("en", "html")
    names = [n for n in environment.list_templates() if "." in n]
    assert len(names) == 14
    for name in names:
        source = (messages.PACKAGE / stationery.FOLDER / name).read_text()
        for _, _, said in extract_from_ast(environment.parse(source)):
            forms = [said] if isinstance(said, str) else said or ()
            texts = [text for text in forms if text is not None]
            assert texts[0] in found or tuple(texts) in found


def _forms(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _holes(text: str) -> frozenset[str]:
    return frozenset(HOLE.findall(text))
