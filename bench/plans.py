"""What an engine means to do for each statement that the service runs.

``Statements`` listens while the service works; ``plan`` asks the engine how
it would run one of them, without running it, and says which tables it would
read from end to end.
"""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, Engine, event

_PLANNED = re.compile(r"\s*(SELECT|UPDATE|DELETE)\b")
_ASIDE = ("sqlite_", "pg_catalog", "information_schema", "PRAGMA", "LOCK(")
_SPACES = re.compile(r"\s+")


class Statement(NamedTuple):
    """A statement as a driver was given it, with its first parameters."""

    sql: str
    parameters: Any

    @property
    def text(self) -> str:
        """The statement on one line, its columns left out."""
        found = _SPACES.sub(" ", self.sql).strip()
        return re.sub(r"^SELECT .*? FROM ", "SELECT ... FROM ", found)


class Plan(NamedTuple):
    """How a statement is run: its steps, and what it reads in full.

    ``scans`` names the tables that are read from end to end, be it by way
    of an index; ``sorts`` tells whether rows are sorted first.
    """

    steps: list[str]
    scans: list[str]
    sorts: bool


@contextmanager
def listening(engine: Engine) -> Iterator[dict[str, Statement]]:
    """Gather the statements on our tables that run within the block."""
    heard: dict[str, Statement] = {}

    def hear(*given: Any) -> None:
        sql, parameters, many = given[2], given[3], given[5]
        if _PLANNED.match(sql) and not any(one in sql for one in _ASIDE):
            first = parameters[0] if many else parameters
            heard.setdefault(sql, Statement(sql, first))

    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


def plan(connection: Connection, statement: Statement) -> Plan:
    """Return how the engine would run a statement now."""
    return _READ[connection.dialect.name](connection, statement)


def _sqlite(connection: Connection, statement: Statement) -> Plan:
    found = connection.exec_driver_sql(
        f"EXPLAIN QUERY PLAN {statement.sql}", statement.parameters
    )
    steps = [row.detail for row in found]
    scans = [
        words[1]
        for words in map(str.split, steps)
        if words[0] == "SCAN" and words[1] not in ("CONSTANT", "SUBQUERY")
    ]
    sorts = any("TEMP B-TREE" in step for step in steps)
    return Plan(steps, scans, sorts)


def _postgresql(connection: Connection, statement: Statement) -> Plan:
    found = connection.exec_driver_sql(
        f"EXPLAIN (FORMAT JSON) {statement.sql}", statement.parameters
    ).scalar_one()
    whole = found if isinstance(found, list) else json.loads(found)
    nodes = list(_nodes(whole[0]["Plan"]))
    scans = [n["Relation Name"] for n in nodes if _is_scan(n)]
    sorts = any(node["Node Type"].endswith("Sort") for node in nodes)
    return Plan([_named(node) for node in nodes], scans, sorts)


def _is_scan(node: dict[str, Any]) -> bool:
    """Tell whether a step reads a table, or an index of it, in full."""
    kind = node["Node Type"]
    by_index = kind in ("Index Scan", "Index Only Scan")
    return kind == "Seq Scan" or (by_index and "Index Cond" not in node)


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for inner in node.get("Plans", ()):
        yield from _nodes(inner)


def _named(node: dict[str, Any]) -> str:
    parts = [node["Node Type"]]
    if "Relation Name" in node:
        parts.append(f"on {node['Relation Name']}")
    if "Index Name" in node:
        parts.append(f"using {node['Index Name']}")
    return " ".join(parts)


def _mariadb(connection: Connection, statement: Statement) -> Plan:
    found = connection.exec_driver_sql(
        f"EXPLAIN {statement.sql}", statement.parameters
    )
    steps, scans, sorts = [], [], False
    for row in found.mappings():
        extra = row["Extra"] or ""
        said = f"{row['type'] or '-'} on {row['table'] or '-'}"
        if row["key"]:
            said += f" using {row['key']}"
        steps.append(f"{said}; {extra}" if extra else said)
        if row["type"] in ("ALL", "index"):
            scans.append(row["table"])
        sorts = sorts or "filesort" in extra
    return Plan(steps, scans, sorts)


_READ: dict[str, Callable[[Connection, Statement], Plan]] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mariadb": _mariadb,
    "mysql": _mariadb,
}
