"""Let accounts leave: every one of them, hashes included, free for all."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from functools import partial
from typing import IO, Any

from sqlalchemy import Row, orm, select

from bienvenue import audit
from bienvenue.db import DB
from bienvenue.events import Event
from bienvenue.interchange.record import Record
from bienvenue.user import User

BATCH = 1000
COLUMNS = tuple(each.name for each in fields(Record))


def write(db: DB, out: IO[str], form: str) -> int:
    """Write all accounts as ``csv`` or ``jsonl``; return how many.

    Hashes are among them, so that people can go on signing in elsewhere:
    whoever has the file can try to guess their passwords.  The audit log
    says that it was done, from before the first is written.
    """
    db.write(lambda unit: audit.record(unit, Event.USERS_EXPORTED))
    put = _WRITERS[form](out)
    number = 0
    for record in _records(db):
        put({name: _shown(value) for name, value in asdict(record).items()})
        number += 1
    return number


def _records(db: DB) -> Iterator[Record]:
    last = 0
    while True:
        found = db.read(partial(_page, last))
        for row in found:
            values: tuple[Any, ...] = tuple(row)[1:]
            yield Record(*values)
        if len(found) < BATCH:
            return
        last = found[-1].id


def _page(last: int, unit: orm.Session) -> Sequence[Row[Any]]:
    """Return rows and no entities, which look up a session and a token."""
    columns = (getattr(User, name) for name in ("id", *COLUMNS))
    query = select(*columns).where(User.id > last).order_by(User.id)
    return unit.execute(query.limit(BATCH)).all()


def _shown(value: str | datetime | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else value


Put = Callable[[dict[str, str | None]], object]


def _csv(out: IO[str]) -> Put:
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    return writer.writerow


def _json_lines(out: IO[str]) -> Put:
    def put(members: dict[str, str | None]) -> None:
        out.write(json.dumps(members, ensure_ascii=False) + "\n")

    return put


_WRITERS: dict[str, Callable[[IO[str]], Put]] = {
    "csv": _csv,
    "jsonl": _json_lines,
}
