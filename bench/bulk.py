"""Write very many rows quickly, engine by engine.

What keeps a service's promises costs minutes here, so it is left out: a
load that is cut short is thrown away and not repaired.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import Any

from sqlalchemy import URL, create_engine, text

from bench.crowd import Crowd, tables
from bienvenue.db import DB
from bienvenue.engine import parse_url

_ROWS = {"sqlite": 50_000, "mariadb": 2_000}

_Values = Iterator[Sequence[Any]]


def fill(url: str, crowd: Crowd) -> None:
    """Make our tables in an empty database and put a crowd into them."""
    DB(url).close()
    found = parse_url(url)
    engine = found.get_backend_name()
    with closing(_CONNECT[engine](found)) as connection:
        for table, rows in tables(crowd):
            first = next(rows, None)
            if first is not None:
                values = (tuple(r.values()) for r in chain([first], rows))
                _LOAD[engine](connection, table, list(first), values)
    _look_over(found)


def _look_over(url: URL) -> None:
    """Have the engine count what it plans by, as its housekeeping would.

    SQLite has none: there the service's plans must be right without.
    """
    if url.get_backend_name() == "sqlite":
        return
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("VACUUM ANALYZE"))
        else:
            names = connection.scalars(text("SHOW TABLES")).all()
            connection.execute(text(f"ANALYZE TABLE {','.join(names)}"))
    engine.dispose()


def _sqlite(url: URL) -> sqlite3.Connection:
    connection = sqlite3.connect(url.database or "", isolation_level=None)
    for setting in ("synchronous = OFF", "cache_size = -1000000"):
        connection.execute(f"PRAGMA {setting}")
    return connection


def _into_sqlite(
    connection: Any, table: str, columns: list[str], values: _Values
) -> None:
    statement = _insert(table, columns, "?")
    for batch in _batches(values, _ROWS["sqlite"]):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(statement, batch)
        connection.execute("COMMIT")


def _postgresql(url: URL) -> Any:
    import psycopg

    parts: dict[str, Any] = dict(url.query)
    parts |= url.translate_connect_args(username="user", database="dbname")
    return psycopg.connect(**parts)


def _into_postgresql(
    connection: Any, table: str, columns: list[str], values: _Values
) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({','.join(columns)}) FROM STDIN") as copy,
    ):
        for row in values:
            copy.write_row(row)
    connection.commit()


def _mariadb(url: URL) -> Any:
    import pymysql

    parts: dict[str, Any] = dict(url.query)
    parts |= url.translate_connect_args(username="user")
    connection = pymysql.connect(**parts)
    with connection.cursor() as cursor:
        cursor.execute("SET unique_checks = 0, foreign_key_checks = 0")
    return connection


def _into_mariadb(
    connection: Any, table: str, columns: list[str], values: _Values
) -> None:
    statement = _insert(table, columns, "%s")
    with connection.cursor() as cursor:
        cursor.max_stmt_length = 8 * 1024 * 1024
        for batch in _batches(values, _ROWS["mariadb"]):
            cursor.executemany(statement, batch)
            connection.commit()


def _insert(table: str, columns: list[str], mark: str) -> str:
    marks = ",".join([mark] * len(columns))
    # Names of ours; the values are marks.
    into = f"{table} ({','.join(columns)})"
    return f"INSERT INTO {into} VALUES ({marks})"  # noqa: S608


def _batches(values: _Values, size: int) -> Iterator[list[Sequence[Any]]]:
    while batch := list(islice(values, size)):
        yield batch


_CONNECT: dict[str, Any] = {
    "sqlite": _sqlite,
    "postgresql": _postgresql,
    "mariadb": _mariadb,
    "mysql": _mariadb,
}
_LOAD: dict[str, Any] = {
    "sqlite": _into_sqlite,
    "postgresql": _into_postgresql,
    "mariadb": _into_mariadb,
    "mysql": _into_mariadb,
}
