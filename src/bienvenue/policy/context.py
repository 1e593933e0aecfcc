"""Words that anybody would try here: names of the service and the person.

Those that are the same everywhere stand in ``context_words.txt``, the
written list (OWASP ASVS 5.0, 6.1.2); the others are read off the settings
and the address (NIST SP 800-63B-4, 3.1.1.2).
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from bienvenue.config import Settings
from bienvenue.policy.patterns import (
    LONGEST,
    fold,
    is_padding,
    letters,
    squash,
)

FILE = Path(__file__).with_name("context_words.txt")

_LEAST = 3  # characters of a word: anything is made of shorter ones
_APART = re.compile(r"[\W_]+")


@cache
def listed() -> frozenset[str]:
    """Return the words of the written list, read once."""
    lines = FILE.read_text("utf-8").splitlines()
    return frozenset(
        fold(line) for line in lines if line and not line.startswith("#")
    )


def names(settings: Settings, email: str | None) -> frozenset[str]:
    """Return the names of this service and of the owner of an address."""
    return frozenset(
        form
        for text in _texts(settings, email)
        for form in _forms(fold(text))
        if len(form) >= _LEAST
    )


def covers(words: frozenset[str], core: str) -> bool:
    """Tell whether a text is made of these words and nothing else.

    Digits behind them are nothing else, unless many were chosen: names may
    end with some of their own, so ``cores`` cannot tell where they begin.
    """
    if not _LEAST <= len(core) <= LONGEST:
        return False
    lengths = {len(word) for word in words}
    reached = [True] + [False] * len(core)
    for at, is_reached in enumerate(reached):
        if is_reached:
            for end in (at + length for length in lengths):
                if end <= len(core) and core[at:end] in words:
                    reached[end] = True
    return any(
        is_reached and is_padding(core[at:])
        for at, is_reached in enumerate(reached)
        if at >= _LEAST
    )


def _texts(settings: Settings, email: str | None) -> Iterator[str]:
    yield settings.service_name
    yield from (settings.password_context_words or "").split(",")
    if settings.public_url:
        yield urlsplit(settings.public_url).hostname or ""
    yield settings.mail_from.rpartition("@")[2].rstrip("> ")
    if email:
        local, _, domain = email.rpartition("@")
        yield from (local, domain)


def _forms(text: str) -> Iterator[str]:
    """Yield a name in one piece, with and without digits, and its parts."""
    for part in (text, *_APART.split(text)):
        yield squash(part)
        yield letters(part)
