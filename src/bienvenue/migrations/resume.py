"""Take up a change of the schema where a process that was killed left it.

On MySQL and MariaDB every change of a table is committed at once, so a
process that dies in the middle of an upgrade leaves some of them done and
the revision unchanged.  The next one runs the same steps again: here, what
is done already is passed over.  The other engines undo the whole.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from alembic.ddl.base import AddColumn, DropColumn
from sqlalchemy import Connection, event, inspect
from sqlalchemy.schema import (
    DDL,
    AddConstraint,
    CreateIndex,
    CreateTable,
    DropConstraint,
    DropIndex,
    DropTable,
    ExecutableDDLElement,
)

# SQLAlchemy gives no types to what makes a DDL.
_NOTHING = DDL("DO 0")  # type: ignore[no-untyped-call]  # see above


@contextmanager
def resumable(connection: Connection) -> Iterator[None]:
    """Pass over changes of the schema that are there, while this lasts."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        yield
        return
    event.listen(connection, "before_execute", _pass_over, retval=True)
    try:
        yield
    finally:
        event.remove(connection, "before_execute", _pass_over)


def _pass_over(
    connection: Connection, element: Any, many: Any, one: Any, _options: Any
) -> tuple[Any, Any, Any]:
    if isinstance(element, ExecutableDDLElement) and _is_done(
        connection, element
    ):
        element = _NOTHING
    return element, many, one


def _is_done(connection: Connection, element: ExecutableDDLElement) -> bool:
    for kind, done in _DONE.items():
        if isinstance(element, kind):
            return done(connection, element)
    return False


def _has_table(connection: Connection, name: str) -> bool:
    return inspect(connection).has_table(name)


def _has_column(connection: Connection, table: str, name: str | None) -> bool:
    columns = inspect(connection).get_columns(table)
    return any(each["name"] == name for each in columns)


def _has_key(connection: Connection, table: str, name: str | None) -> bool:
    """Tell whether a table has an index or a constraint of this name."""
    found = inspect(connection)
    names = [each["name"] for each in found.get_indexes(table)]
    names += [each["name"] for each in found.get_unique_constraints(table)]
    names += [each["name"] for each in found.get_foreign_keys(table)]
    names += [each["name"] for each in found.get_check_constraints(table)]
    return name in names


def _key_of(element: Any) -> tuple[str, str | None]:
    key = element.element
    name = str(key.name) if key.name is not None else None
    return key.table.name, name


def _is_key_there(connection: Connection, element: Any) -> bool:
    return _has_key(connection, *_key_of(element))


def _is_key_gone(connection: Connection, element: Any) -> bool:
    table, name = _key_of(element)
    return not _has_table(connection, table) or not _has_key(
        connection, table, name
    )


_Done = Callable[[Connection, Any], bool]
_DONE: dict[type[ExecutableDDLElement], _Done] = {
    CreateTable: lambda on, each: _has_table(on, each.element.name),
    DropTable: lambda on, each: not _has_table(on, each.element.name),
    AddColumn: lambda on, each: _has_column(
        on, each.table_name, each.column.name
    ),
    DropColumn: lambda on, each: (
        not _has_column(on, each.table_name, each.column.name)
    ),
    CreateIndex: _is_key_there,
    AddConstraint: _is_key_there,
    DropIndex: _is_key_gone,
    DropConstraint: _is_key_gone,
}
