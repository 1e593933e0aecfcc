"""Opening a database: made when it is new, left alone when it is not ours."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, create_engine, event, inspect, text

from bienvenue import DB, schema
from bienvenue.columns import VERSION_TABLE, Base
from bienvenue.engine import make_engine, parse_url
from bienvenue.errors import ConfigurationError, DatabaseUnavailable
from bienvenue.migrations import upgrade
from tests.shapes import shape

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


@pytest.fixture
def raw(url: str) -> Iterator[Engine]:
    """The database of ``url``, past all that is ours."""
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_a_new_database_has_every_table_and_the_revision(db: DB) -> None:
    names = set(inspect(db.engine).get_table_names())
    assert names == {*Base.metadata.tables, VERSION_TABLE}
    with db.engine.connect() as connection:
        assert schema.current(connection) == schema.HEAD


def test_the_migrations_make_what_a_new_database_has(
    db: DB, another: str
) -> None:
    engine = make_engine(parse_url(another))
    with engine.begin() as connection:
        upgrade(connection)
    with engine.connect() as connection:
        assert schema.current(connection) == schema.HEAD
    made, stepped = shape(db.engine), shape(engine)
    # Whose the bookkeeping table is, is Alembic's affair.
    del made[VERSION_TABLE], stepped[VERSION_TABLE]
    assert stepped == made
    engine.dispose()


@pytest.mark.engine("sqlite")
def test_ids_are_never_used_again(db: DB, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        statements = dict(
            connection.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
            )
        )
    connection.close()
    for name, table in Base.metadata.tables.items():
        if "id" not in table.c:
            continue
        assert "AUTOINCREMENT" in statements[name]


@pytest.mark.engine("sqlite")
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


def test_tables_of_another_program_are_refused(url: str, raw: Engine) -> None:
    with raw.begin() as connection:
        connection.execute(text("CREATE TABLE users (name TEXT)"))
        connection.execute(text("INSERT INTO users VALUES ('theirs')"))
    with pytest.raises(ConfigurationError, match="tables of another program"):
        DB(url)
    with raw.connect() as connection:
        names = connection.scalars(text("SELECT name FROM users")).all()
    assert names == ["theirs"]
    assert inspect(raw).get_table_names() == ["users"]


def test_tables_beside_ours_are_none_of_our_business(
    url: str, raw: Engine
) -> None:
    with raw.begin() as connection:
        for statement in (
            "CREATE TABLE orders (id INTEGER)",
            "CREATE TABLE alembic_version (version_num TEXT)",
            "INSERT INTO alembic_version VALUES ('theirs')",
        ):
            connection.execute(text(statement))
    with DB(url) as db:
        db.add_user("bob@example.com", "a hash")
        found = set(inspect(db.engine).get_table_names())
    assert {"orders", "alembic_version", "users"} <= found


def test_a_start_that_was_cut_short_is_made_good_by_the_next(
    url: str, raw: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where DDL is no part of a transaction, half a schema may be there."""

    class Failure(Exception):
        pass

    def fail(connection: Connection) -> None:
        Base.metadata.tables["users"].create(connection)
        raise Failure

    with monkeypatch.context() as patched:
        patched.setattr(Base.metadata, "create_all", fail)
        with pytest.raises(Failure):
            DB(url)
    if raw.dialect.name not in ("mysql", "mariadb"):
        assert inspect(raw).get_table_names() == []
    with DB(url) as db:
        db.add_user("bob@example.com", "a hash")
        assert set(inspect(raw).get_table_names()) == {
            *Base.metadata.tables,
            VERSION_TABLE,
        }


@pytest.mark.engine("sqlite")
def test_a_locked_database_is_one_clear_line(
    url: str, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "bienvenue.sqlite_file._PRAGMAS", ("PRAGMA busy_timeout = 1",)
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
