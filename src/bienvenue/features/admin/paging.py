"""Lists of any length, a page at a time, in bounded work.

A page begins after a key, never after a number of rows: each is found by an
index, however far in.  What no index narrows is looked through in stretches
of the list, so many for a page and no more; whoever wants to go on does so
with the next page.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, orm, select

from bienvenue.errors import InvalidChoice

STRETCH = 1000
"""Rows of a stretch."""

STRETCHES = 25
"""Stretches that one page looks through."""

MOST = 100
"""Rows of a page that is looked at; an export takes more at once."""

_DIGITS = 18

Row = Any
Condition = ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list, by a column whose index is unique.

    ``first`` and ``last`` are keys before and after all there can be, in
    the order of the index; ``parse`` reads a key that a cursor held.
    """

    column: Any
    descending: bool
    first: Any
    last: Any
    parse: Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Which rows of a list: by an index, and by looking at them.

    ``ends`` tells by a key whether nothing beyond it can fit.
    """

    indexed: Sequence[Condition] = ()
    looked_at: Sequence[Condition] = ()
    ends: Callable[[Any], bool] | None = None


def by_number(column: Any, last: int, *, descending: bool = True) -> Order:
    """Return the order of a column of ids, of which ``last`` is the highest.

    A cursor that names a higher one leads to the end.
    """

    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
            raise ValueError("no number")
        return min(int(text), last)

    return Order(column, descending, first=0, last=last, parse=parse)


class Found(NamedTuple):
    """The rows of a page, and what :class:`Page` says beside them."""

    rows: list[Row]
    next: str | None
    previous: str | None
    partial: bool


class _Cursor(NamedTuple):
    onward: bool
    key: Any


def few(limit: int) -> int:
    """Return a number of rows, if a page may have so many.

    Raises ``InvalidChoice``.
    """
    if not 0 < limit <= MOST:
        raise InvalidChoice(f"limit is from 1 to {MOST}")
    return limit


def turn(
    unit: orm.Session,
    query: Select[Any],
    order: Order,
    narrowing: Narrowing,
    after: str | None,
    limit: int,
) -> Found:
    """Return the page of a query that a cursor leads to, or the first.

    The query selects the order's column, among others, and has no order.
    Raises ``InvalidChoice`` for what is no cursor.
    """
    cursor = _read(after, order)
    onward = cursor is None or cursor.onward
    walk = _Walk(unit, query, order, narrowing, onward)
    rows = walk.gather(cursor, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    name = order.column.key
    on = _written(onward, getattr(rows[-1], name)) if more else None
    if not more and walk.left_at is not None:
        on = _written(onward, walk.left_at)
    back = None
    if cursor is not None and rows:
        back = _written(not onward, getattr(rows[0], name))
    partial = not more and walk.left_at is not None
    if onward:
        return Found(rows, on, back, partial)
    return Found(rows[::-1], back, on, partial)


class _Walk:
    """A way along a list, in either direction, from a key on."""

    def __init__(
        self,
        unit: orm.Session,
        query: Select[Any],
        order: Order,
        narrowing: Narrowing,
        onward: bool,
    ) -> None:
        self._unit, self._query, self._narrowing = unit, query, narrowing
        self._column = order.column
        self._falls = order.descending == onward
        self._start = order.last if self._falls else order.first
        # The key at which it was broken off, where it was.
        self.left_at: Any = None

    def gather(self, cursor: _Cursor | None, wanted: int) -> list[Row]:
        edge = self._start if cursor is None else cursor.key
        if not self._narrowing.looked_at:
            return self._rows(edge, None, wanted)
        found: list[Row] = []
        for _ in range(STRETCHES):
            end = self._end_of_stretch(edge)
            found += self._rows(edge, end, wanted - len(found))
            if end is None or len(found) == wanted or self._is_over(end):
                return found
            edge = end
        self.left_at = edge
        return found

    def _end_of_stretch(self, edge: Any) -> Any:
        query = select(self._column).where(
            *self._narrowing.indexed, self._beyond(edge)
        )
        ordered = query.order_by(self._direction())
        return self._unit.scalar(ordered.offset(STRETCH - 1).limit(1))

    def _rows(self, edge: Any, end: Any, wanted: int) -> list[Row]:
        narrowing, query = self._narrowing, self._query
        query = query.where(*narrowing.indexed, *narrowing.looked_at)
        query = query.where(self._beyond(edge))
        if end is not None:
            column = self._column
            query = query.where(
                column >= end if self._falls else column <= end
            )
        query = query.order_by(self._direction()).limit(wanted)
        return list(self._unit.execute(query))

    def _is_over(self, end: Any) -> bool:
        ends = self._narrowing.ends
        return ends is not None and ends(end)

    def _beyond(self, edge: Any) -> Condition:
        column = self._column
        beyond: Condition = column < edge if self._falls else column > edge
        return beyond

    def _direction(self) -> Any:
        return self._column.desc() if self._falls else self._column.asc()


def _written(onward: bool, key: Any) -> str:
    raw = base64.urlsafe_b64encode(str(key).encode()).decode()
    return ("n" if onward else "p") + raw.rstrip("=")


def _read(text: str | None, order: Order) -> _Cursor | None:
    if not text:
        return None
    way, raw = text[0], text[1:]
    if way not in "np":
        raise InvalidChoice("this is no place in the list")
    try:
        padded = raw.encode("ascii") + b"=" * (-len(raw) % 4)
        key = order.parse(base64.urlsafe_b64decode(padded).decode())
    except (ValueError, binascii.Error):
        raise InvalidChoice("this is no place in the list") from None
    return _Cursor(way == "n", key)
