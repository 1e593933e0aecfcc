"""The look of pages: what can be read, and what a style sheet may say."""

import gzip
import re
import zlib
from pathlib import Path

import pytest

from bienvenue import colour
from tools import icons

STATIC = icons.STATIC
PAGES = (STATIC / "pages.css").read_text("utf-8")
SHEETS = sorted(STATIC.glob("*.css"))
EACH = pytest.mark.parametrize("sheet", SHEETS, ids=lambda file: file.name)
TOKEN = re.compile(
    r"--auth-([\w-]+): light-dark\((#[0-9a-f]{6,8}), (#[0-9a-f]{6,8})\);"
)
LIGHT = {name: light for name, light, _ in TOKEN.findall(PAGES)}
DARK = {name: dark for name, _, dark in TOKEN.findall(PAGES)}
TINTS = ("accent-bg", "danger-bg", "success-bg", "warning-bg")

# Text and what it stands on: 4.5 to 1 (WCAG 2.2, 1.4.3).
TEXT = [
    *(
        (text, ground)
        for text in ("text", "muted", "accent", "danger", "success", "warning")
        for ground in ("bg", "surface")
    ),
    *(("text", tint) for tint in TINTS),
    *((tint.removesuffix("-bg"), tint) for tint in TINTS),
    ("muted", "accent-bg"),  # the top of the page
    ("muted", "line"),  # a button that cannot be pressed yet
    ("on-accent", "accent"),
    ("on-danger", "danger"),
]
# What shows where a field is, and where the focus: 3 to 1 (1.4.11).
EDGES = [
    (edge, ground)
    for edge in ("border", "accent", "danger")
    for ground in ("bg", "surface")
]
THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])


@THEMES
@pytest.mark.parametrize("pair", TEXT, ids="/".join)
def test_text_can_be_read(
    theme: dict[str, str], pair: tuple[str, str]
) -> None:
    one, other = (theme[name] for name in pair)
    assert colour.contrast(one, other) >= 4.5


@THEMES
@pytest.mark.parametrize("pair", EDGES, ids="/".join)
def test_an_edge_can_be_seen(
    theme: dict[str, str], pair: tuple[str, str]
) -> None:
    one, other = (theme[name] for name in pair)
    assert colour.contrast(one, other) >= 3


def test_every_colour_is_in_a_pair() -> None:
    measured = {name for pair in [*TEXT, *EDGES] for name in pair}
    # Beside what parts of a page are told apart by, and a shadow.
    assert set(LIGHT) - measured == {"shadow"}
    assert LIGHT.keys() == DARK.keys()


def test_an_accent_is_measured_on_the_page_that_there_is() -> None:
    assert (LIGHT["surface"], LIGHT["bg"]) == colour.LIGHT
    assert (DARK["surface"], DARK["bg"]) == colour.DARK


def rules(sheet: Path) -> str:
    """Return a sheet without its comments and its variables' values."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    return TOKEN.sub("", text)


@EACH
def test_colours_stand_among_the_variables_only(sheet: Path) -> None:
    found = re.findall(
        r"#[0-9a-f]{3,8}\b(?=[^{}]*;)|\b(?:rgb|hsl|oklch|hwb|lab)a?\("
        r"|:[^;{}]*\b(?:white|black|red|green|blue|gr[ae]y|orange)\b",
        rules(sheet),
        re.IGNORECASE,
    )
    assert found == []


@EACH
def test_no_rule_says_left_or_right(sheet: Path) -> None:
    """Text that runs the other way turns the whole page (WCAG 1.3.2)."""
    physical = re.findall(
        r"[\w-]*\b(?:left|right)\b|(?<![\w-])(?:width|height|top|bottom"
        r"|(?:min|max)-(?:width|height)|(?:margin|padding|border)-(?:top"
        r"|bottom))\s*:[^)]",
        re.sub(r"@media[^{]*", "", rules(sheet)),
    )
    assert physical == []


@EACH
def test_no_rule_reaches_out(sheet: Path) -> None:
    text = rules(sheet)
    assert "@import" not in text
    assert not re.search(r"url\(\s*['\"]?(?:\w+:|//)", text)


@EACH
def test_a_variable_that_is_used_is_there(sheet: Path) -> None:
    text = sheet.read_text("utf-8")
    there = set(re.findall(r"(--[\w-]+)\s*:", text + PAGES))
    assert set(re.findall(r"var\((--[\w-]+)\)", text)) <= there


@EACH
def test_every_rule_is_in_a_layer(sheet: Path) -> None:
    """What is in none would win over every theme."""
    text = rules(sheet)
    outside, depth = "", 0
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        outside += letter if depth == 0 else ""
    assert depth == 0
    for each in filter(None, map(str.strip, re.split(r"[;}]", outside))):
        assert each.startswith("@layer "), each


def test_what_moves_is_asked_about_first() -> None:
    for found in re.finditer(r"\b(?:transition|animation)", PAGES):
        before = PAGES[: found.start()].rpartition("@media")[2]
        assert "prefers-reduced-motion: no-preference" in before


@pytest.mark.parametrize(
    "feature", ["forced-colors: active", "@media print", ":focus-visible"]
)
def test_it_is_thought_of(feature: str) -> None:
    assert feature in PAGES


@pytest.mark.parametrize(
    ("name", "most"), [("pages.css", 3_500), ("pages.js", 900)]
)
def test_it_is_small(name: str, most: int) -> None:
    assert len(gzip.compress((STATIC / name).read_bytes(), 6)) <= most


def test_the_icons_are_what_is_drawn() -> None:
    for name, drawn in icons.files().items():
        assert pixels((STATIC / name).read_bytes()) == pixels(drawn), name


def pixels(content: bytes) -> bytes:
    """Return what a picture shows: zlib may pack it in several ways."""
    _, found, rest = content.partition(b"IDAT")
    return zlib.decompressobj().decompress(rest) if found else content
