"""The languages people are written in, and what is said in each.

What is to be said stands in English where it is used.  The other languages
are GNU gettext catalogues beside this file, ``fr.po`` and its like, read as
they are when they are first needed.
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from bienvenue.translation import po

SOURCE = "en"

_FOLDER = Path(__file__).parent
_RIGHT_TO_LEFT = frozenset(("ar", "dv", "fa", "he", "ku", "ps", "ur", "yi"))


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
    return GNUTranslations(BytesIO(po.compiled(text)))


def choose(*wanted: str | None) -> str:
    """Return the first language of those wanted that there is.

    ``fr-CA`` is served by ``fr`` (RFC 4647, lookup).  English is the last
    resort.
    """
    for tag in wanted:
        language = (tag or "").replace("_", "-").lower()
        while language:
            if language in languages():
                return language
            language = language.rpartition("-")[0]
    return SOURCE


def direction(language: str) -> str:
    """Return which way a language is written: ``ltr`` or ``rtl``."""
    primary = language.partition("-")[0]
    return "rtl" if primary in _RIGHT_TO_LEFT else "ltr"
