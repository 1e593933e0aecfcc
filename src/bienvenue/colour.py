"""Colours, and whether they can be read: contrast as WCAG 2.2 measures it.

A brand has one colour, its accent.  On the light theme it is used as it is;
the dark theme has a lighter shade of it, and words on either are black or
white, whichever is easier to read.
"""

import re
from dataclasses import dataclass
from math import floor
from typing import Self

READABLE = 4.5
"""The least contrast of text (WCAG 2.2, 1.4.3)."""

# What text of the accent's colour stands on, surface and page: those of
# pages.css.
LIGHT = ("#ffffff", "#f6f7f9")
DARK = ("#18212b", "#0f151c")

_HEX = re.compile(r"#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})", re.IGNORECASE)
_STEPS = 50
_BREATH = 10


@dataclass(frozen=True, slots=True)
class Accent:
    """The accent of both themes, words upon it, and a tint of it."""

    light: str
    on_light: str
    light_tint: str
    dark: str
    on_dark: str
    dark_tint: str

    @classmethod
    def of(cls, colour: str) -> Self:
        """Derive all of them from a colour ``#rrggbb``.

        Raises ``ValueError`` for what is no colour, or cannot be read on a
        light page; the text names the nearest shade that can.
        """
        found = _least(colour, LIGHT)
        if found < READABLE:
            nearest = shade(colour, "#000000", LIGHT)
            raise ValueError(
                f"a contrast of {floor(found * 10) / 10} to 1 with the page"
                f" is too little to read, {READABLE} is needed; {nearest}"
                " would do"
            )
        dark = shade(colour, "#ffffff", DARK)
        return cls(
            light=colour.lower(),
            on_light=upon(colour),
            light_tint=tint(colour, LIGHT[0]),
            dark=dark,
            on_dark=upon(dark),
            dark_tint=tint(dark, DARK[0]),
        )


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, from 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def upon(colour: str) -> str:
    """Return black or white, whichever is easier to read on a colour."""
    return max("#ffffff", "#0b1118", key=lambda word: contrast(word, colour))


def shade(colour: str, towards: str, grounds: tuple[str, ...]) -> str:
    """Return the nearest shade of a colour that can be read on all grounds.

    It is mixed with ``towards``, black or white, as little as will do.
    """
    for step in range(_STEPS):
        found = _mixed(colour, towards, step / _STEPS)
        if _least(found, grounds) >= READABLE:
            return found
    return towards


def tint(colour: str, ground: str) -> str:
    """Return a ground with a breath of a colour that is read on it."""
    for percent in range(_BREATH, 0, -1):
        found = _mixed(ground, colour, percent / 100)
        if contrast(colour, found) >= READABLE:
            return found
    return ground


def _least(colour: str, grounds: tuple[str, ...]) -> float:
    return min(contrast(colour, ground) for ground in grounds)


def _luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2, a definition)."""
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _mixed(colour: str, other: str, share: float) -> str:
    pairs = zip(_parts(colour), _parts(other), strict=True)
    mixed = (round(a + (b - a) * share) for a, b in pairs)
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _parts(colour: str) -> tuple[int, ...]:
    found = _HEX.fullmatch(colour)
    if found is None:
        raise ValueError("a colour is written #rrggbb")
    return tuple(int(part, 16) for part in found.groups())
