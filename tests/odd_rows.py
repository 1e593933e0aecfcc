"""Rows in every table, of all that a column may hold.

Text of every script, of the longest length and of none; the smallest and
the largest numbers; instants to the microsecond; every byte; NULL wherever
it is allowed.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    LargeBinary,
    Table,
    Text,
    insert,
)
from sqlalchemy import Integer as Number
from sqlalchemy.schema import SchemaItem

from bienvenue import schema, transfer

TEXTS = (
    "",
    " around ",
    'O\'Brien "quoted" \\ %s %% :name ?',
    "tab\tline\r\nend\n",
    "e\u0301 \u00e9 \u212b \u1e9e \u0130\u0131",
    "\u0645\u0631\u062d\u0628\u0627 \u202e\u05e9\u05dc\u05d5\u05dd",
    "\U0001f469\u200d\U0001f680\ufe0f \U00020000 \U0010fffd",
    "\u0001\u001f\u007f\u0085\u2028\ufeff\ufffd",
    "NULL",
)
_LAST_INSTANT = 253_402_300_799_999_999  # 9999-12-31T23:59:59.999999Z
_INSTANTS = (0, 1, 1_700_000_000_123_457, _LAST_INSTANT)
_BIG = (0, 2**31, 2**53 + 1, 2**63 - 1)
_SMALL = (0, 1, 2**31 - 1)
_LAST_ID = 2_000_000_000


def plant(connection: Connection, rows: int) -> None:
    """Put so many rows into every table."""
    real = {each.name: each for each in schema.tables()}
    for table in transfer.tables():
        made = [_row(real[table.name], number) for number in range(rows)]
        connection.execute(insert(table), made)


def dump(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Return every value of every table, rows in the order of their keys."""
    return {
        table.name: [
            tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
            for batch in _pages(connection, table)
            for row in batch
        ]
        for table in transfer.tables()
    }


def _pages(connection: Connection, table: Table) -> Iterator[Any]:
    key = [each.name for each in table.primary_key]
    found = connection.execute(table.select()).all()
    # By what Python makes of them: no engine has a say in the order.
    yield sorted(found, key=lambda row: [row._mapping[each] for each in key])


def _row(table: Table, number: int) -> dict[str, Any]:
    return {each.name: _value(each, number) for each in table.columns}


def _value(column: "Column[Any]", number: int) -> Any:
    name, place = column.name, number + sum(map(ord, column.name))
    if name == "id":
        return number or _LAST_ID
    if column.nullable and place % 4 == 0:
        return None
    if column.foreign_keys:
        return number or _LAST_ID
    kind = type(column.type).__name__
    if kind == "Instant":
        return _INSTANTS[place % len(_INSTANTS)]
    if kind == "Digest" or isinstance(column.type, LargeBinary):
        return bytes((place * 7 + byte * 8) % 256 for byte in range(30)) + (
            number.to_bytes(2)
        )
    if isinstance(column.type, Boolean):
        return bool(place % 2)
    if isinstance(column.type, Number):
        choice = _BIG if "Big" in kind else _SMALL
        return number if name == "sequence" else choice[place % len(choice)]
    return _text(column, number, place)


def _text(column: "Column[Any]", number: int, place: int) -> str:
    length = getattr(column.type, "length", None) or 2000
    if isinstance(column.type, Text):
        length = 2000
    found = TEXTS[place % len(TEXTS)]
    if place % 11 == 0:
        found = "\U0001f600" * length  # as long as it may be
    if _must_differ(column):
        found = f"{number:05}{found}"
    return found[:length]


def _must_differ(column: "Column[Any]") -> bool:
    holder: SchemaItem | None = column.table
    assert isinstance(holder, Table)
    keys = [*holder.indexes, *holder.constraints]
    return column.primary_key or any(
        column.name in {each.name for each in getattr(key, "columns", ())}
        for key in keys
        if getattr(key, "unique", False)
        or type(key).__name__ == "UniqueConstraint"
    )
