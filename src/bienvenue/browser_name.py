"""Which browser a client says it is, and on what: for people to know it by.

A ``User-Agent`` (RFC 9110, 10.1.5) names half a dozen browsers beside the
one that sent it, so they are looked for from the most particular to the
most general.  What is found is a claim: it is shown and never relied on.
"""

import re
from typing import Final, NamedTuple

# A browser names itself beside the one that it was made from.
_BROWSERS: Final = (
    ("Edge", r"\bEdg(?:e|A|iOS)?/"),
    ("Opera", r"\b(?:OPR|OPT|OPiOS|Opera)/"),
    ("Vivaldi", r"\bVivaldi/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("DuckDuckGo", r"\b(?:Ddg|DuckDuckGo)/"),
    ("Yandex Browser", r"\bYaBrowser/"),
    ("Firefox", r"\b(?:Firefox|FxiOS|Focus)/"),
    ("Chrome", r"\b(?:Headless)?(?:Chrome|Chromium|CriOS)/"),
    ("Safari", r"\bVersion/[0-9.]+ .*\bSafari/"),
    ("curl", r"\Acurl/"),
    ("Wget", r"\AWget/"),
    ("HTTPie", r"\AHTTPie/"),
    ("Python", r"\A(?:python-requests|python-httpx|Python-urllib|aiohttp)/"),
    ("Go", r"\AGo-http-client/"),
)
_SYSTEMS: Final = (
    ("iPhone", r"\biPhone\b"),
    ("iPad", r"\biPad\b"),
    ("Android", r"\bAndroid\b"),
    ("ChromeOS", r"\bCrOS\b"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac(?:intosh| OS X)\b"),
    ("FreeBSD", r"\bFreeBSD\b"),
    ("OpenBSD", r"\bOpenBSD\b"),
    ("Linux", r"\b(?:Linux|X11)\b"),
)
_MOST_CHARACTERS = 512


class Browser(NamedTuple):
    """A browser, or another program, and the system that it runs on.

    Names as their makers write them, in every language; None for what is
    not known.
    """

    name: str | None
    system: str | None


def named(agent: str | None) -> Browser:
    """Return what a ``User-Agent`` says; total on any text."""
    text = (agent or "")[:_MOST_CHARACTERS]
    return Browser(_first(_BROWSERS, text), _first(_SYSTEMS, text))


def _first(names: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for name, sign in names if re.search(sign, text)), None)
