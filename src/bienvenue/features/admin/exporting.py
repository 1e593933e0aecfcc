"""Accounts and events as CSV: all that fit, whatever their number.

Read by their numbers, a few at a time: nothing is held but what is written
next.  What a spreadsheet would take for a formula is neutralised.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bienvenue import audit, spreadsheet
from bienvenue.db import DB
from bienvenue.events import Event
from bienvenue.features.admin import log, people
from bienvenue.features.admin.log import EventFilters
from bienvenue.features.admin.shapes import EventRow, Page, UserRow

_ROWS = 1000

_Turn = Callable[[str | None], Page[Any]]


def users(db: DB, search: str, status: str) -> Iterator[str]:
    """Return accounts as lines of CSV, and record that they were taken."""

    def turn(after: str | None) -> Page[UserRow]:
        return db.read(
            lambda unit: people.listed(
                unit, search, status, "oldest", after, _ROWS
            )
        )

    first = turn(None)
    db.write(
        lambda unit: audit.record(
            unit, Event.USERS_EXPORTED, format="csv", status=status
        )
    )
    return _lines(UserRow._fields, _all(first, turn))


def events(db: DB, filters: EventFilters) -> Iterator[str]:
    """Return events as lines of CSV, and record that they were taken."""

    def turn(after: str | None) -> Page[EventRow]:
        return db.read(lambda unit: log.listed(unit, filters, after, _ROWS))

    first = turn(None)
    db.write(
        lambda unit: audit.record(unit, Event.AUDIT_EXPORTED, format="csv")
    )
    return _lines(EventRow._fields, _all(first, turn))


def _all(page: Page[Any], turn: _Turn) -> Iterator[Sequence[object]]:
    while True:
        yield from page.items
        if page.next is None:
            return
        page = turn(page.next)


def _lines(
    names: Sequence[str], rows: Iterable[Sequence[object]]
) -> Iterator[str]:
    written = io.StringIO()
    writer = csv.writer(written)
    for row in _headed(names, rows):
        writer.writerow([spreadsheet.harmless(_cell(each)) for each in row])
        yield written.getvalue()
        written.seek(0)
        written.truncate()


def _headed(
    names: Sequence[str], rows: Iterable[Sequence[object]]
) -> Iterator[Sequence[object]]:
    yield names
    yield from rows


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)
    return value
