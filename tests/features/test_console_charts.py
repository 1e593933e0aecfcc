"""The pictures of the console: what stands where in them."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bienvenue.features.admin import charts
from bienvenue.features.admin.charts import HEIGHT, WIDTH, chart, round_up

FIRST = date(2026, 11, 8)


def days(*counts: int) -> list[tuple[date, int]]:
    return [(FIRST + timedelta(n), count) for n, count in enumerate(counts)]


@pytest.mark.parametrize(
    ("count", "top"),
    [(0, 1), (1, 1), (2, 2), (3, 5), (6, 10), (10, 10), (11, 20), (51, 100)],
)
def test_the_upper_edge_is_a_round_number(count: int, top: int) -> None:
    assert round_up(count) == top


@given(st.integers(0, 10**12))
def test_it_is_never_below_and_never_far_above(count: int) -> None:
    top = round_up(count)
    assert count <= top
    assert top == 1 or top <= 2.5 * count


def test_columns_stand_on_the_ground_as_high_as_their_count() -> None:
    found = chart(days(0, 5, 10))
    assert [each.count for each in found.columns] == [0, 5, 10]
    assert [each.height for each in found.columns] == [0, 50, 100]
    for each in found.columns:
        assert each.y + each.height == HEIGHT
    assert [each.day for each in found.columns] == [
        FIRST + timedelta(each) for each in range(3)
    ]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=90))
def test_columns_stand_apart_and_within(counts: list[int]) -> None:
    found = chart(days(*counts)).columns
    edges = [(each.x, each.x + each.width) for each in found]
    assert edges[0][0] >= 0
    assert edges[-1][1] <= WIDTH
    for (_, end), (start, _) in pairwise(edges):
        assert end < start
    assert all(0 <= each.y <= HEIGHT for each in found)


def test_a_week_and_the_one_before() -> None:
    found = chart(days(*[1] * 7, *[3] * 7))
    assert (found.week, found.before) == (21, 7)
    short = chart(days(1, 2))
    assert (short.week, short.before) == (3, 0)


def test_no_days_at_all() -> None:
    assert chart([]) == charts.Chart((), 1, 0, 0)
