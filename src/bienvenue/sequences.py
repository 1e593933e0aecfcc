"""Counters that give new rows their ids, engine by engine.

An id is never used again: a database that takes over another's rows must
also take over how far it had counted, deleted accounts included.
"""

from sqlalchemy import Connection, Table, text


def catch_up(source: Connection, target: Connection, table: Table) -> None:
    """Have the target count on from where the source has got to."""
    if "id" not in table.c:
        return
    reached = reached_by(source, table.name)
    if reached:
        _SET[target.dialect.name](target, table.name, reached)


def reached_by(connection: Connection, table: str) -> int:
    """Return the highest id that a table has ever given, 0 for none."""
    found = connection.execute(
        text(_READ[connection.dialect.name]), {"table": table}
    ).scalar()
    return int(found or 0)


_READ = {
    "sqlite": "SELECT seq FROM sqlite_sequence WHERE name = :table",
    "postgresql": (
        "SELECT pg_sequence_last_value(pg_get_serial_sequence(:table, 'id'))"
    ),
    "mysql": (
        "SELECT AUTO_INCREMENT - 1 FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = :table"
    ),
}
_READ["mariadb"] = _READ["mysql"]


def _set_sqlite(target: Connection, table: str, reached: int) -> None:
    values = {"table": table, "reached": reached}
    changed = target.execute(
        text(
            "UPDATE sqlite_sequence SET seq = :reached"
            " WHERE name = :table AND seq < :reached"
        ),
        values,
    )
    known = text("SELECT 1 FROM sqlite_sequence WHERE name = :table")
    if not changed.rowcount and target.scalar(known, values) is None:
        target.execute(
            text("INSERT INTO sqlite_sequence VALUES (:table, :reached)"),
            values,
        )


def _set_postgresql(target: Connection, table: str, reached: int) -> None:
    target.execute(
        text("SELECT setval(pg_get_serial_sequence(:table, 'id'), :reached)"),
        {"table": table, "reached": reached},
    )


def _set_mysql(target: Connection, table: str, reached: int) -> None:
    # A name and a number of ours: this statement takes no parameters.
    target.execute(text(f"ALTER TABLE {table} AUTO_INCREMENT = {reached + 1}"))


_SET = {
    "sqlite": _set_sqlite,
    "postgresql": _set_postgresql,
    "mysql": _set_mysql,
    "mariadb": _set_mysql,
}
