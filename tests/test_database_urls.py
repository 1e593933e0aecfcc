"""Database URLs: what a slip in one must not lead to."""

from pathlib import Path

import pytest

from bienvenue import DB
from bienvenue.engine import in_memory, make_engine, parse_url
from bienvenue.errors import ConfigurationError, DatabaseUnavailable
from bienvenue.host_list import spread
from bienvenue.shown import database

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("text", "driver"),
    [
        ("sqlite://", "sqlite+pysqlite"),
        ("sqlite:///bienvenue.db", "sqlite+pysqlite"),
        ("sqlite:////var/lib/b.db", "sqlite+pysqlite"),
        ("postgres://u:p@h/d", "postgresql+psycopg"),
        ("postgresql://u:p@/d?host=a:1&host=b:2", "postgresql+psycopg"),
        ("postgresql://u:p@a:1,b:2/d", "postgresql+psycopg"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg"),
        ("mysql://u:p@h/d", "mysql+pymysql"),
        ("mariadb://u:p@h/d", "mariadb+pymysql"),
        ("mysql+mysqldb://u:p@h/d", "mysql+mysqldb"),
    ],
)
def test_each_engine_has_its_driver(text: str, driver: str) -> None:
    assert parse_url(text).drivername == driver


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://u:{SECRET}@a:1,b:2/d?sslmode=require",
        f"postgresql://u:{SECRET}@/d?host=a:1&host=b:2&sslmode=require",
    ],
)
def test_several_hosts_are_written_in_two_ways(text: str) -> None:
    url = parse_url(text)
    assert url.query["host"] == ("a:1", "b:2")
    _, options = make_engine(url).dialect.create_connect_args(url)
    assert (options["host"], options["port"]) == ("a,b", "1,2")
    assert options["sslmode"] == "require"
    assert options["password"] == SECRET
    shown = database(text)
    assert SECRET not in shown
    assert "a%3A1" in shown
    assert "b%3A2" in shown


@pytest.mark.parametrize(
    ("text", "spread_out"),
    [
        ("x://a,b", "x:///?host=a&host=b"),
        ("x://a,b/", "x:///?host=a&host=b"),
        ("x://u@a:1,b:2/d", "x://u@/d?host=a:1&host=b:2"),
        ("x://u:p@a,b,c/d?e=f", "x://u:p@/d?host=a&host=b&host=c&e=f"),
        ("x://u,v:p,q@a/d", "x://u,v:p,q@a/d"),
        ("x://u:s,r/t@a/d", "x://u:s,r/t@a/d"),
        ("x:///d,e", "x:///d,e"),
        ("x://h/d?e=f,g", "x://h/d?e=f,g"),
        ("x://?e=f,g", "x://?e=f,g"),
        ("a,b", "a,b"),
    ],
)
def test_only_hosts_are_spread_out(text: str, spread_out: str) -> None:
    assert spread(text) == spread_out


@pytest.mark.parametrize(
    "text",
    [
        "",
        SECRET,
        f"postgresql://me:p@host:{SECRET}/name",
        f"oracle://me:{SECRET}@host/name",
        f"sqlite+aiosqlite:///{SECRET}.db",
        f"sqlite:///a.db?timeout={SECRET}",
        f"sqlite:///file:{SECRET}?mode=ro&uri=true",
        f"sqlite:///file:{SECRET}",
    ],
)
def test_what_is_not_understood_is_refused_and_not_repeated(
    text: str,
) -> None:
    with pytest.raises(ConfigurationError, match=r"^database_url: ") as caught:
        parse_url(text)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(
    "text", ["sqlite://bienvenue.db", "sqlite://bienvenue.db/", "sqlite://a@"]
)
def test_two_slashes_are_no_database_in_memory(text: str) -> None:
    """SQLAlchemy takes the file for a host: all would be lost at the end."""
    with pytest.raises(ConfigurationError, match="three slashes"):
        DB(text)


@pytest.mark.parametrize("text", ["sqlite://", "sqlite:///:memory:"])
def test_a_database_in_memory_is_asked_for_in_two_ways(text: str) -> None:
    assert in_memory(parse_url(text))


def test_a_driver_that_is_missing_is_named_with_its_cure() -> None:
    with pytest.raises(ConfigurationError) as caught:
        make_engine(parse_url(f"mysql+nosuch://me:{SECRET}@host/name"))
    assert str(caught.value) == (
        "database_url: the driver mysql+nosuch is not installed;"
        " pip install 'bienvenue[mysql]'"
    )


def test_a_folder_that_is_missing_is_one_clear_line(tmp_path: Path) -> None:
    path = tmp_path / "gone" / "a.db"
    with pytest.raises(DatabaseUnavailable) as caught:
        DB(f"sqlite:///{path}")
    assert str(caught.value) == (
        f"the database file {path} cannot be opened: No such file or"
        " directory; choose a folder you can write to, or name another"
        " database_url"
    )


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a database, and longer than its header " * 100)
    with pytest.raises(DatabaseUnavailable, match="file is not a database"):
        DB(f"sqlite:///{path}")
    assert path.read_text().startswith("not a database")
