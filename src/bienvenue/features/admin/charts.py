"""Columns over days, worked out as numbers for a picture.

The template draws them: a picture of ours is markup in the page, has no
style of its own and needs no script.  Beside each picture stands a table
with the same numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 280, 100
"""The size of a picture, in its own units; it is stretched to its place."""

_GAP = 0.3  # of a column's place
_WEEK = 7
_STEPS = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class Column:
    """One day: what was counted, and where its column stands."""

    day: date
    count: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of what was counted on each of some days.

    ``top`` is the number that the upper edge stands for; ``week`` and
    ``before`` are the sums of the last seven days and of the seven that
    came before them, as far as there are so many.
    """

    columns: tuple[Column, ...]
    top: int
    week: int
    before: int


def chart(days: Sequence[tuple[date, int]]) -> Chart:
    """Return the picture of some days, the oldest first."""
    counts = [count for _, count in days]
    earlier = counts[:-_WEEK]
    top = round_up(max(counts, default=0))
    place = WIDTH / max(len(days), 1)
    return Chart(
        tuple(
            _column(each, number, place, top)
            for number, each in enumerate(days)
        ),
        top,
        sum(counts[-_WEEK:]),
        sum(earlier[-_WEEK:]),
    )


def round_up(count: int) -> int:
    """Return the least of 1, 2, 5, 10, 20, 50, ... that is not below."""
    scale = 1
    while count > 10 * scale:
        scale *= 10
    return next(scale * step for step in _STEPS if scale * step >= count)


def _column(
    each: tuple[date, int], number: int, place: float, top: int
) -> Column:
    day, count = each
    height = round(HEIGHT * count / top, 2)
    return Column(
        day,
        count,
        x=round((number + _GAP / 2) * place, 2),
        y=round(HEIGHT - height, 2),
        width=round(place * (1 - _GAP), 2),
        height=height,
    )
