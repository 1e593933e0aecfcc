"""How a letter looks: from what it has to say, its text and its HTML.

Each letter is one template, which says everything once, in parts; what a
part looks like in plain text and in HTML is said elsewhere, once for all
letters.  So the two halves of a mail cannot say different things.  What
comes from people is a value in a template, never a part of one (OWASP ASVS
V1.3.7), and is escaped for HTML by the environment (V1.2.1).
"""

import re
import textwrap
from collections.abc import Mapping
from functools import cache, partial
from typing import TYPE_CHECKING, Literal, NamedTuple

from bienvenue import translation

if TYPE_CHECKING:
    from jinja2 import Environment

FOLDER = "mail_templates"
_COLUMNS = 72
_HOLE = re.compile(r"\n{3,}")

Part = Literal["txt", "html"]


class Written(NamedTuple):
    """A letter in words: a line, plain text, and a page of HTML."""

    subject: str
    text: str
    html: str


def write(letter: str, language: str, values: Mapping[str, object]) -> Written:
    """Write a letter of a kind in one of ``translation.languages()``.

    Raises ``jinja2.UndefinedError`` if a value that it needs is missing.
    """
    context = {
        "language": language,
        "direction": translation.direction(language),
        **values,
    }
    text = _rendered(letter, "txt", context)
    return Written(
        subject=_subject(letter, context),
        text=_HOLE.sub("\n\n", text).strip("\n") + "\n",
        html=_HOLE.sub("\n", _rendered(letter, "html", context)),
    )


def _rendered(letter: str, part: Part, values: Mapping[str, object]) -> str:
    template = environment(str(values["language"]), part).get_template(
        f"{letter}.jinja"
    )
    return template.render(values, part=part)


def _subject(letter: str, values: Mapping[str, object]) -> str:
    template = environment(str(values["language"]), "txt").get_template(
        f"{letter}.jinja"
    )
    context = template.new_context({**values, "part": "txt"})
    return " ".join("".join(template.blocks["subject"](context)).split())


@cache
def environment(language: str, part: Part) -> "Environment":
    """Return where a part of letters in a language is made."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("bienvenue", FOLDER),
        autoescape=part == "html",  # noqa: S701 - text would show escapes
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.filters["fill"] = partial(
        textwrap.fill,
        width=_COLUMNS,
        break_long_words=False,
        break_on_hyphens=False,
    )
    said = translation.catalogue(language)
    # The extension adds the method when it is loaded: no type says so.
    made.install_gettext_callables(  # type: ignore[attr-defined]
        said.gettext, said.ngettext, newstyle=True
    )
    return made
