"""Move everything from one database to another, whatever their engines.

Rows are copied as they are kept, digests as digests, in the order of their
keys.  What has arrived is a beginning of the whole, so a copy that was cut
short goes on where it stopped, once that beginning is seen to be equal; and
nothing is done before both databases agree row by row at the end.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    MetaData,
    Row,
    String,
    Table,
    TypeDecorator,
    func,
    insert,
    select,
    tuple_,
)

from bienvenue import schema, sequences
from bienvenue.errors import TransferRefused

BATCH = 1000  # rows in one statement and one transaction

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Arrived:
    """A table that was moved: how many rows, and what they add up to."""

    table: str
    rows: int
    checksum: str


def tables() -> list[Table]:
    """Return all tables in an order in which every owner comes first.

    Their columns have the plain types in which values are kept: nothing is
    digested a second time.
    """
    plain = MetaData()
    return [
        Table(
            table.name,
            plain,
            *(
                Column(
                    column.name, _kept(column), primary_key=column.primary_key
                )
                for column in table.columns
            ),
        )
        for table in schema.tables()
    ]


def size(source: Connection, given: Sequence[Table] | None = None) -> int:
    """Count the rows there are to move, as ``copy`` would."""
    chosen = tables() if given is None else given
    return sum(count(source, table) for table in chosen)


def count(connection: Connection, table: Table) -> int:
    """Count the rows of a table."""
    found = connection.scalar(select(func.count()).select_from(table))
    return found or 0


def copy(
    source: Connection,
    target: Connection,
    progress: Progress,
    given: Sequence[Table] | None = None,
) -> list[Arrived]:
    """Copy what the target lacks, compare both, and return what is there.

    All tables of this release, unless others are given.

    ``source`` is read in one transaction of the caller's; each batch is
    committed to the target.  ``progress`` is told of rows as they arrive.
    Raises ``TransferRefused`` for a target whose rows are not a beginning
    of the source's.
    """
    chosen = tables() if given is None else given
    for table in chosen:
        last = _continue(source, target, table, progress)
        for batch in _batches(source, table, after=last):
            target.execute(insert(table), [row._asdict() for row in batch])
            target.commit()
            progress(len(batch))
        sequences.catch_up(source, target, table)
        target.commit()
    return [_same(source, target, table) for table in chosen]


def compare(source: Connection, target: Connection) -> list[Arrived]:
    """Return each table's count and checksum, equal in both databases.

    Raises ``TransferRefused`` naming the table where they differ.
    """
    return [_same(source, target, table) for table in tables()]


def checksum(
    connection: Connection, table: Table, last: Sequence[Any] | None = None
) -> Arrived:
    """Return a table's count and what its rows add up to.

    Of the rows up to a key, where one is given.
    """
    digest, rows = hashlib.sha256(), 0
    for batch in _batches(connection, table, until=last):
        for row in batch:
            digest.update(repr(tuple(_plain(each) for each in row)).encode())
        rows += len(batch)
    return Arrived(table.name, rows, digest.hexdigest())


def _continue(
    source: Connection, target: Connection, table: Table, progress: Progress
) -> Sequence[Any] | None:
    """Return the last key of the target, if all up to it is the same."""
    key = list(table.primary_key)
    last = target.execute(
        select(*key)
        .order_by(*(_alike(target, each).desc() for each in key))
        .limit(1)
    ).first()
    if last is None:
        return None
    found = checksum(target, table, last)
    if found != checksum(source, table, last):
        raise TransferRefused(
            f"the target's table {table.name} holds other rows than the"
            " source's; name an empty database"
        )
    progress(found.rows)
    return last


def _same(source: Connection, target: Connection, table: Table) -> Arrived:
    here, there = checksum(source, table), checksum(target, table)
    if here != there:
        raise TransferRefused(
            f"{table.name} differs: {here.rows} rows here, {there.rows}"
            " there; is something still writing to either database?"
        )
    return there


def _batches(
    connection: Connection,
    table: Table,
    *,
    after: Sequence[Any] | None = None,
    until: Sequence[Any] | None = None,
) -> Iterator[Sequence[Row[Any]]]:
    """Yield rows in the order of their key, never many at once."""
    key = list(table.primary_key)
    place = [_alike(connection, each) for each in key]
    query = select(table).order_by(*place).limit(BATCH)
    if until is not None:
        query = query.where(tuple_(*place) <= tuple(until))
    while True:
        page = query
        if after is not None:
            page = query.where(tuple_(*place) > tuple(after))
        found = connection.execute(page).all()
        if found:
            yield found
        if len(found) < BATCH:
            return
        last = found[-1]._asdict()
        after = [last[each.name] for each in key]


def _alike(
    connection: Connection, column: "Column[Any]"
) -> "ColumnElement[Any]":
    """Return a key such that every engine puts its values in one order.

    That of their bytes; PostgreSQL would otherwise follow the language that
    its database was made for.
    """
    if connection.dialect.name == "postgresql" and isinstance(
        column.type, String
    ):
        return column.collate("C")
    return column


def _kept(column: "Column[Any]") -> Any:
    """Return the type in which a column's values are kept."""
    kind = column.type
    return kind.impl_instance if isinstance(kind, TypeDecorator) else kind


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview | bytearray) else value
