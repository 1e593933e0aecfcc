"""Opening a database: made when it is new, left alone when it is not ours."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, event, inspect, text

from bienvenue import DB, schema
from bienvenue.columns import VERSION_TABLE, Base
from bienvenue.engine import make_engine, parse_url
from bienvenue.errors import ConfigurationError, DatabaseUnavailable
from bienvenue.migrations import upgrade

OPEN = """
import sys
from bienvenue import DB
with DB(sys.argv[1]) as db:
    db.add_user(sys.argv[2], "a hash")
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file that the fixture ``url`` names."""
    return tmp_path / "accounts.db"


def shape(engine: Engine) -> dict[str, object]:
    """Describe tables, columns, keys and indexes; order means nothing."""
    found = inspect(engine)

    def told(items: object) -> list[str]:
        assert isinstance(items, list)
        return sorted(
            str(sorted((key, str(value)) for key, value in each.items()))
            for each in items
        )

    return {
        table: (
            told(found.get_columns(table)),
            str(found.get_pk_constraint(table)),
            told(found.get_foreign_keys(table)),
            told(found.get_unique_constraints(table)),
            told(found.get_indexes(table)),
        )
        for table in found.get_table_names()
    }


def test_a_new_database_has_every_table_and_the_revision(db: DB) -> None:
    names = set(inspect(db.engine).get_table_names())
    assert names == {*Base.metadata.tables, VERSION_TABLE}
    with db.engine.connect() as connection:
        assert schema.current(connection) == schema.HEAD


def test_the_migrations_make_what_a_new_database_has(
    db: DB, tmp_path: Path
) -> None:
    engine = make_engine(parse_url(f"sqlite:///{tmp_path / 'steps.db'}"))
    with engine.begin() as connection:
        upgrade(connection)
    with engine.connect() as connection:
        assert schema.current(connection) == schema.HEAD
    made, stepped = shape(db.engine), shape(engine)
    # Whose the bookkeeping table is, is Alembic's affair.
    del made[VERSION_TABLE], stepped[VERSION_TABLE]
    assert stepped == made
    engine.dispose()


def test_ids_are_never_used_again(db: DB, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        statements = dict(
            connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
            )
        )
    connection.close()
    for name in Base.metadata.tables:
        assert "AUTOINCREMENT" in statements[name]


def test_opening_again_changes_nothing(url: str, path: Path) -> None:
    with DB(url) as db:
        db.add_user("bob@example.com", "a hash")
    before = path.read_bytes()
    with DB(url) as db:
        assert db.find_user_by(email="bob@example.com").id == 1
    assert path.read_bytes() == before


def test_an_up_to_date_database_is_only_read(db: DB) -> None:
    statements: list[str] = []
    event.listen(
        db.engine,
        "before_cursor_execute",
        lambda *given: statements.append(given[2]),
    )
    schema.ensure(db.engine)
    assert statements
    assert not [
        each
        for each in statements
        if each.startswith(("CREATE", "INSERT", "UPDATE", "BEGIN IMMEDIATE"))
    ]


def test_create_all_brings_a_lost_table_back(db: DB) -> None:
    db.add_user("bob@example.com", "a hash")
    drop = text("DROP TABLE outbox")
    db.write(lambda unit: unit.connection().execute(drop).close())
    db.create_all()
    db.create_all()
    assert inspect(db.engine).has_table("outbox")
    assert db.find_user_by(email="bob@example.com").id == 1


def test_tables_of_another_program_are_refused(url: str, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE users (name TEXT)")
        connection.execute("INSERT INTO users VALUES ('theirs')")
    with pytest.raises(ConfigurationError, match="tables of another program"):
        DB(url)
    assert connection.execute("SELECT name FROM users").fetchall() == [
        ("theirs",)
    ]
    tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("users",)]
    connection.close()


def test_tables_beside_ours_are_none_of_our_business(
    url: str, path: Path
) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE orders (id INTEGER)")
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('theirs')")
    connection.close()
    with DB(url) as db:
        db.add_user("bob@example.com", "a hash")
        found = set(inspect(db.engine).get_table_names())
    assert {"orders", "alembic_version", "users"} <= found


def test_a_schema_is_made_whole_or_not_at_all(
    url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failure(Exception):
        pass

    def fail(*_given: object, **_more: object) -> None:
        raise Failure

    with monkeypatch.context() as patched:
        patched.setattr(schema._version, "create", fail)
        with pytest.raises(Failure):
            DB(url)
    engine = create_engine(f"sqlite:///{path}")
    assert inspect(engine).get_table_names() == []
    engine.dispose()
    with DB(url) as db:
        db.add_user("bob@example.com", "a hash")


def test_a_locked_database_is_one_clear_line(
    url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bienvenue.engine._PRAGMAS", ("PRAGMA busy_timeout = 1",)
    )
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DatabaseUnavailable) as caught:
        DB(url)
    holder.close()
    assert str(caught.value) == (
        "the database cannot be used: database is locked"
    )
    assert caught.value.__suppress_context__


def test_four_processes_may_open_a_new_database_at_once(url: str) -> None:
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, url, f"u{number}@example.com"],
            stderr=subprocess.PIPE,
        )
        for number in range(4)
    ]
    said = [program.communicate(timeout=60)[1] for program in programs]
    assert [program.returncode for program in programs] == [0] * 4, said
    with DB(url) as db:
        for number in range(4):
            email = f"u{number}@example.com"
            assert db.find_user_by(email=email).email == email
