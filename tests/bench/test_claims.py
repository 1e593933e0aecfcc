"""What is claimed follows from what was measured, and so do the pages."""

import json
import re
from dataclasses import asdict, replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import claims, crowded, kept, machine, picture, start
from bench.claims import AIMS, MISSED, REACHED, UNDECIDED, UNKNOWN, Aim, Claim
from bench.crowded import Stretch
from bench.kept import Found
from bench.rounds import Sample
from bench.start import Pair

LEAST = Aim("a", "more of it", 2.0)
MOST = Aim("b", "less of it", 3.0, at_least=False)
ALL = [Claim(aim.name, aim.bound) for aim in AIMS]
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("aim", "measured", "said"),
    [
        (LEAST, 2.0, REACHED),
        (LEAST, 1.99, MISSED),
        (MOST, 3.0, REACHED),
        (MOST, 3.01, MISSED),
        (LEAST, None, UNKNOWN),
    ],
)
def test_a_verdict(aim: Aim, measured: float | None, said: str) -> None:
    assert claims.verdict(aim, Claim(aim.name, measured)) == said
    if measured is not None:
        disturbed = Claim(aim.name, measured, quiet=False)
        assert claims.verdict(aim, disturbed) == UNDECIDED


def test_every_aim_has_a_line_measured_or_not() -> None:
    lines = claims.lines([], claims.RUNS)
    assert [line[0] for line in lines] == [aim.what for aim in AIMS]
    assert {line[3] for line in lines} == {UNKNOWN}
    failed = claims.lines([Claim("start", None, note="no reason")], ["start"])
    assert [line[2:] for line in failed] == [("-", "not measured (no reason)")]


def test_what_the_issue_asks_is_aimed_for() -> None:
    bounds = {aim.name: (aim.bound, aim.at_least) for aim in AIMS}
    for path in ("profile", "verify"):
        assert bounds[path] == (2.0, True)
        assert bounds[f"peers {path}"] == (10.0, True)
        assert bounds[f"constant {path}"] == (0.4, True)
        assert bounds[f"postgresql {path}"] == (0.6, True)
    assert bounds["users"] == (0.9, True)
    assert bounds["login"] == (0.97, True)
    assert bounds["flood"] == bounds["slow"] == (3.0, False)
    assert bounds["start"] == (1.5, False)
    assert bounds["memory"] == (80, False)


def test_a_figure_is_as_exact_as_makes_sense() -> None:
    assert LEAST.figure(1.234) == "1.23x"
    assert LEAST.figure(12.34) == "12.3x"
    assert replace(LEAST, unit=" MB").figure(77.7) == "78 MB"


def test_medians_leave_out_what_was_disturbed() -> None:
    stretches = [
        Stretch(0.001, 0.002, disturbed=False),
        Stretch(0.001, 0.9, disturbed=True),
        Stretch(0.001, 0.004, disturbed=False),
    ]
    found = crowded.claim("slow", stretches, "")
    assert found.measured == pytest.approx(3.0)
    assert found.quiet
    found = crowded.claim("slow", stretches[1:2], "")
    assert found.measured == pytest.approx(900)
    assert not found.quiet
    pairs = [Pair(3.0, 2.0, disturbed=False), Pair(9.0, 1.0, disturbed=True)]
    assert start.claim(pairs).measured == 1.5
    assert not start.claim(pairs[1:]).quiet


def test_the_picture_has_a_bar_for_everything_measured() -> None:
    drawn = picture.picture(ALL)
    whole = ElementTree.fromstring(drawn)  # noqa: S314 - our own
    bars = whole.findall(f"{SVG}rect")
    marks = whole.findall(f"{SVG}line")
    assert len(bars) == len(marks) == len(AIMS)
    for bar, goal in zip(bars, marks, strict=True):
        end = float(bar.attrib["x"]) + float(bar.attrib["width"])
        assert end == pytest.approx(float(goal.attrib["x1"]), abs=0.1)
    said = "".join(whole.itertext())
    for aim in AIMS:
        assert aim.what.replace("`", "") in said
    assert f"{len(AIMS)} of {len(AIMS)} aims reached" in said


def test_a_better_bar_is_longer_whichever_way_is_better() -> None:
    assert picture.better(LEAST, 4.0) == picture.better(MOST, 1.5) == 2.0


def test_the_picture_is_for_light_and_dark_and_reaches_for_nothing() -> None:
    drawn = picture.picture(ALL)
    assert "prefers-color-scheme: dark" in drawn
    assert "href" not in drawn
    assert "url(" not in drawn
    style = drawn.partition("<style>")[2].partition("</style>")[0]
    light, _, dark = style.partition("@media")
    for theme, ground in ((light, "#ffffff"), (dark, "#0d1117")):
        colours = dict(re.findall(r"\.?([\w]+) { [^}]*fill: (#\w+)", theme))
        for kind in ("bar", "missed", "open"):
            assert _contrast(colours[kind], ground) >= 3
        assert _contrast(colours["text"], ground) >= 4.5
        assert _contrast(colours["small"], ground) >= 4.5


def _contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2)."""
    light, dark = sorted(map(_luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (each / 255 for each in bytes.fromhex(colour[1:]))
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_a_run_of_some_rows_replaces_those_alone() -> None:
    old = Found(
        {"cores": "2"},
        days={"login": "2026-01-01", "flood": "2026-01-01"},
        claims=[Claim("login", 1.0), Claim("flood", 2.0)],
        parts={"clock": 1e-6},
    )
    new = Found(
        {"cores": "2"},
        days={"flood": "2026-02-02", "profile": "2026-02-02"},
        claims=[Claim("flood", 1.0), Claim("profile", 3.0)],
    )
    sample = Sample("bare", 1.0, 1.0, 1.0, 1.0, 0.0, disturbed=False)
    new.add([sample], [])
    both = kept.merged(old, new)
    assert [(c.aim, c.measured) for c in both.claims] == [
        ("profile", 3.0),
        ("login", 1.0),
        ("flood", 1.0),
    ]
    assert both.days["login"] == "2026-01-01"
    assert both.days["flood"] == "2026-02-02"
    assert both.parts == old.parts
    assert kept.merged(both, new).samples == new.samples
    assert "2026-01-01 to 2026-02-02" in kept.origin(both)
    elsewhere = replace(new, machine={"cores": "4"})
    assert kept.merged(old, elsewhere).claims == [
        Claim("profile", 3.0),
        Claim("flood", 1.0),
    ]


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    found = Found(claims=ALL, parts={"clock": 1e-6}, failed=["peers"])
    kept.write(found, file)
    assert asdict(kept.read(file)) == asdict(found) | {"failed": []}
    assert kept.read(tmp_path / "none.json") == Found()


def test_the_pages_have_the_figures_that_were_kept() -> None:
    found = kept.read()
    for page, text in kept.pages(found).items():
        assert page.read_text() == text, "write it: python -m bench pages"
    assert kept.PICTURE.read_text() == picture.picture(found.claims)


def test_a_page_without_marks_is_not_written() -> None:
    with pytest.raises(ValueError, match="no marks"):
        kept.filled("a page", "bench", "figures")


def test_no_result_tells_who_built_the_kernel() -> None:
    for file in kept.RESULTS.glob("*.json"):
        for told in re.findall(r'"kernel": "([^"]*)"', file.read_text()):
            assert machine.kernel(told.split()[-1]) == told, file.name


def test_results_have_no_place_of_this_machine() -> None:
    for file in kept.RESULTS.iterdir():
        text = file.read_text()
        assert str(Path.home()) not in text
        if file.suffix == ".json":
            json.loads(text)


@pytest.mark.parametrize(
    ("value", "at_least", "told"),
    [
        (9.996, True, "9.99x"),
        (9.98, True, "9.98x"),
        (3.001, False, "3.01x"),
        (0.969, True, "0.96x"),
        (10.06, True, "10.0x"),
    ],
)
def test_what_falls_short_is_not_rounded_to_the_aim(
    value: float, at_least: bool, told: str
) -> None:
    assert Aim("a", "b", 10, at_least=at_least).told(value) == told
