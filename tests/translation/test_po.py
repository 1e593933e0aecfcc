"""Catalogues are read as translators keep them."""

from gettext import GNUTranslations
from io import BytesIO

import pytest
from babel.messages.pofile import read_po

from bienvenue import translation
from bienvenue.translation import po

HEAD = """
msgid ""
msgstr ""
"Plural-Forms: nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

"""


def read(text: str) -> GNUTranslations:
    return GNUTranslations(BytesIO(po.compiled(HEAD + text)))


def test_a_message_is_said_in_the_other_language() -> None:
    said = read('msgid "Hello"\nmsgstr "Ol\u00e1 \U0001f600"\n')
    assert said.gettext("Hello") == "Ol\u00e1 \U0001f600"
    assert said.gettext("Bye") == "Bye"


def test_a_message_may_stand_on_several_lines() -> None:
    said = read('msgid ""\n"Hel"\n"lo"\nmsgstr ""\n"Bon"\n"jour"')
    assert said.gettext("Hello") == "Bonjour"


def test_escapes_are_those_of_c() -> None:
    said = read(r'msgid "a\"b\\c\nd\te"' + "\n" + r'msgstr "\"\\\n\t"')
    assert said.gettext('a"b\\c\nd\te') == '"\\\n\t'


def test_plural_forms_are_the_language_s() -> None:
    said = read(
        'msgid "%d day"\nmsgid_plural "%d days"\n'
        'msgstr[0] "one"\nmsgstr[1] "two"\nmsgstr[2] "many"\n'
    )
    forms = [said.ngettext("%d day", "%d days", n) for n in (1, 2, 3, 11)]
    assert forms == ["one", "two", "many", "many"]


def test_a_context_tells_messages_apart() -> None:
    said = read(
        'msgctxt "verb"\nmsgid "Book"\nmsgstr "buchen"\n\n'
        'msgid "Book"\nmsgstr "Buch"\n'
    )
    assert said.pgettext("verb", "Book") == "buchen"
    assert said.gettext("Book") == "Buch"


@pytest.mark.parametrize(
    "entry",
    [
        'msgid "Hello"\nmsgstr ""\n',
        '#, fuzzy\nmsgid "Hello"\nmsgstr "wrong"\n',
        '#, python-format, fuzzy\nmsgid "Hello"\nmsgstr "wrong"\n',
        '#~ msgid "Hello"\n#~ msgstr "old"\n',
    ],
)
def test_what_is_not_translated_is_said_in_english(entry: str) -> None:
    assert read(entry).gettext("Hello") == "Hello"


def test_comments_are_not_said() -> None:
    comments = "# hi\n#. hi\n#: a.py:1\n#, python-format\n"
    said = read(comments + 'msgid "a"\nmsgstr "b"')
    assert said.gettext("a") == "b"


@pytest.mark.parametrize(
    "entry",
    [
        "msgid Hello\n",
        'msgid "Hello\n',
        'msgid "a" "b"\n',
        'msgid "a" + "b"\n',
        'msgid "\\x41"\n',
        "hello\n",
        '"loose"\n',
    ],
)
def test_what_is_no_catalogue_is_an_error(entry: str) -> None:
    with pytest.raises(ValueError, match=r"^line 7 is not"):
        po.compiled(HEAD + entry)


@pytest.mark.parametrize("language", translation.languages()[1:])
def test_every_catalogue_is_read_as_others_read_it(language: str) -> None:
    file = translation._FOLDER / f"{language}.po"
    with file.open("rb") as stream:
        theirs = read_po(stream, locale=language)
    ours = translation.catalogue(language)
    turned = translation.direction(language) == "rtl"
    shown = translation.apart if turned else str
    assert len(theirs) > 30
    for message in theirs:
        if not message.id:
            continue
        if isinstance(message.id, str):
            assert ours.gettext(message.id) == shown(str(message.string))
            continue
        one, many = message.id
        said = {ours.ngettext(one, many, n) for n in range(200)}
        assert isinstance(message.string, tuple)
        assert said == {shown(form) for form in message.string}
