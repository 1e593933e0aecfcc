"""Contrast, and what is made of a brand's colour."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bienvenue import Settings, colour
from bienvenue.colour import DARK, LIGHT, READABLE, Accent, contrast
from bienvenue.errors import ConfigurationError

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#ffffff", 1),
        ("#777777", "#ffffff", 4.48),  # just too light, as WCAG tells
        ("#767676", "#FFFFFF", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_the_standard(
    one: str, other: str, ratio: float
) -> None:
    assert contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert contrast(one, other) == contrast(other, one)


@given(COLOURS)
def test_an_accent_can_be_read_wherever_it_stands(chosen: str) -> None:
    try:
        found = Accent.of(chosen)
    except ValueError as error:
        hint = re.search(r"#[0-9a-f]{6}", str(error))
        assert hint
        found = Accent.of(hint[0])  # what is proposed is good
    for ground in (*LIGHT, found.light_tint):
        assert contrast(found.light, ground) >= READABLE
    for ground in (*DARK, found.dark_tint):
        assert contrast(found.dark, ground) >= READABLE
    assert contrast(found.light, found.on_light) >= READABLE
    assert contrast(found.dark, found.on_dark) >= READABLE


def test_a_good_colour_is_used_as_it_is() -> None:
    assert Accent.of("#7C3AED").light == "#7c3aed"
    assert colour.tint("#7c3aed", "#ffffff") != "#ffffff"


@pytest.mark.parametrize("text", ["", "red", "#fff", "#12345g", "#1f5fbf;"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"brand_accent.*#rrggbb"):
        Settings(brand_accent=text)


def test_a_colour_that_cannot_be_read_is_refused_with_one_that_can() -> None:
    with pytest.raises(ConfigurationError) as caught:
        Settings(brand_accent="#ffcc00")
    told = str(caught.value)
    assert told.startswith("brand_accent: ")
    assert "4.5 is needed" in told
    near = re.findall(r"#[0-9a-f]{6}", told)
    assert len(near) == 1
    assert Settings(brand_accent=near[0]).brand_accent == near[0]
