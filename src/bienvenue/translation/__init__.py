"""The languages people are written in, and what is said in each.

What is to be said stands in English where it is used.  The other languages
are GNU gettext catalogues beside this file, ``fr.po`` and its like, read as
they are when they are first needed.
"""

import re
from collections.abc import Collection, Mapping
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final

from bienvenue.translation import po

SOURCE = "en"

NAMES: Final[Mapping[str, str]] = {
    "en": "English",
    "ar": "العربية",
    "de": "Deutsch",
    "es": "Español",
    "fr": "Français",
}
"""What each language calls itself: who wants it can read that."""

_FOLDER = Path(__file__).parent
_RIGHT_TO_LEFT = frozenset(("ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"))

# Programs that find links in a mail take all that follows without a space.
_HOLE = re.compile(r"%\((?!support\))\w+\)s")


@cache
def languages() -> tuple[str, ...]:
    """Return the languages there are, English first (BCP 47)."""
    others = (file.stem for file in _FOLDER.glob("*.po"))
    return (SOURCE, *sorted(others))


@cache
def catalogue(language: str) -> NullTranslations:
    """Return what is said in one of ``languages()``."""
    if language == SOURCE:
        return NullTranslations()
    text = (_FOLDER / f"{language}.po").read_text("utf-8")
    turned = direction(language) == "rtl"
    compiled = po.compiled(text, apart if turned else str)
    return GNUTranslations(BytesIO(compiled))


def apart(text: str) -> str:
    """Keep what will be put into a text from being turned around with it.

    An address within Arabic would otherwise show its parts in another order.
    FSI and PDI stand around it (Unicode UAX 9), which no reader sees.
    """
    return _HOLE.sub("\u2068\\g<0>\u2069", text)


def choose(*wanted: str | None, among: Collection[str] | None = None) -> str:
    """Return the first language of those wanted that there is.

    ``among`` are those there are, ``languages()`` when left out.  ``fr-CA``
    is served by ``fr`` (RFC 4647, lookup).  English is the last resort.
    """
    there_are = languages() if among is None else among
    for tag in wanted:
        language = (tag or "").replace("_", "-").lower()
        while language:
            if language in there_are:
                return language
            language = language.rpartition("-")[0]
    return SOURCE


def direction(language: str) -> str:
    """Return which way a language is written: ``ltr`` or ``rtl``."""
    primary = language.partition("-")[0]
    return "rtl" if primary in _RIGHT_TO_LEFT else "ltr"
