"""What a password is plainly made from, and how much of it was chosen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bienvenue.policy.patterns import (
    LONGEST,
    choices,
    cores,
    fold,
    unit,
)


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("", 0),
        ("a", 1),
        ("aaaa", 1),
        ("abcd", 1),
        ("dcba", 1),
        ("8901", 1),
        ("qwertyuiop", 1),
        ("azertyuiop", 1),
        ("1qaz4rfv", 2),
        ("abcabcabc", 1),
        ("xkxkxk", 2),
        ("aabbccdd", 1),
        ("tree", 1),
        ("horse", 4),
    ],
)
def test_choices(text: str, chosen: int) -> None:
    assert choices(text) == chosen


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        ("abab", "ab"),
        ("ababa", "ab"),
        ("abcab", "abcab"),
        ("aaa", "a"),
        ("abcd", "abcd"),
    ],
)
def test_unit(text: str, part: str) -> None:
    assert unit(text) == part


@given(st.text(min_size=1, max_size=9), st.integers(2, 5))
def test_a_text_repeated_has_the_unit_of_it(text: str, times: int) -> None:
    part = unit(text * times)
    assert (part * len(text) * times).startswith(text * times)
    assert len(part) <= len(text)


@pytest.mark.parametrize(
    ("password", "core"),
    [
        ("Dragon", "dragon"),
        ("DRAGON-1999", "dragon"),
        ("--dragon--", "dragon"),
        ("d r a g o n", "dragon"),
        ("nogard", "dragon"),
        ("drag0n!", "dragon"),
        ("dr@g0n", "dragon"),
        ("dragondragon", "dragon"),
        ("dragondrago", "dragon"),
        ("Dragon.Dragon.12", "dragon"),
        ("he110", "hello"),
        ("\u00c9toile1", "\u00e9toile"),
        ("E\u0301toile1", "\u00e9toile"),
        ("stra\u00dfe", "strasse"),
        ("drag-20250101-on", "dragon"),
    ],
)
def test_cores(password: str, core: str) -> None:
    assert core in cores(password)


def test_what_was_chosen_beside_a_word_counts() -> None:
    assert "dragon" not in cores("dragon 58x03!957k1")
    assert "dragon" not in cores("dragon8391640275")


@given(st.text(max_size=200))
def test_a_password_is_its_own_first_core(text: str) -> None:
    found = cores(text)
    assert found[:1] == ((fold(text),) if text else ())
    assert len(found) <= 40
    assert all(found)
    if len(fold(text)) > LONGEST:
        assert len(found) <= 2
