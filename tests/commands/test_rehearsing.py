"""``bienvenue db rehearse``: the real database is only read."""

import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import (
    Connection,
    Engine,
    create_engine,
    inspect,
    select,
    table,
    text,
)

from bienvenue import DB, migrations, schema
from bienvenue.cli import cli
from bienvenue.engine import make_engine, parse_url
from tests.shapes import shape

_USER = """
INSERT INTO users (email, email_key, hashed_password, created_at)
VALUES (:e, :e, '', :at)
"""
_SESSION = """
INSERT INTO sessions (user_id, digest, created_at, last_seen_at, expires_at,
agent) VALUES (:user_id, :digest, 1, 2, 9007199254740993, :agent)
"""
_ALL = select(text("*"))
USERS, SESSIONS = 1500, 3


@pytest.fixture
def old(url: str) -> str:
    """A database of the first schema, with rows that are easily spoilt."""
    engine = make_engine(parse_url(url))
    users = [
        {"e": f"{number}é\U0001f600@example.com", "at": 2**53 + number}
        for number in range(USERS)
    ]
    sessions = [
        {
            "user_id": 1 + number,
            "digest": bytes([number] * 16 + [255] * 16),
            "agent": ["", None, "0\t\\'"][number],
        }
        for number in range(SESSIONS)
    ]
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        connection.execute(text(_USER), users)
        connection.execute(text(_SESSION), sessions)
    engine.dispose()
    return url


@pytest.fixture
def target(url: str, another: str) -> list[str]:
    """What the command is told about where the copy goes."""
    return [] if url.startswith("sqlite") else ["--to", another]


def rehearse(url: str, *more: str) -> Result:
    given = ["db", "rehearse", "--database-url", url, *more]
    return CliRunner().invoke(cli, given)


def everything(url: str) -> tuple[Any, ...]:
    """Read all there is in a database."""
    engine = create_engine(url)
    tables = sorted(inspect(engine).get_table_names())
    with engine.connect() as connection:
        rows = [
            sorted(
                map(repr, connection.execute(_ALL.select_from(table(each))))
            )
            for each in tables
        ]
    found = shape(engine), tables, rows
    engine.dispose()
    return found


def test_it_says_what_came_through_and_leaves_all_as_it_was(
    old: str, target: list[str], tmp_path: Path
) -> None:
    before, files = everything(old), sorted(tmp_path.iterdir())
    result = rehearse(old, *target)
    assert result.exit_code == 0, result.output
    assert re.search(r"^users +1,500  as before$", result.output, re.M)
    assert re.search(r"^sessions +3  as before$", result.output, re.M)
    assert re.search(
        rf"^0001 to {schema.HEAD}: copied in [\d.]+ s, upgraded in [\d.]+ s;"
        " the copy is gone$",
        result.output,
        re.M,
    )
    assert everything(old) == before
    assert sorted(tmp_path.iterdir()) == files
    if target:
        assert everything(target[1])[1] == []
    # What was rehearsed can then be done, and a rehearsal is over.
    with DB(old) as db:
        assert db.find_user_by(id=2).email.startswith("1é")
    assert "there is nothing to rehearse" in rehearse(old).output


def test_an_upgrade_that_loses_something_is_found_out(
    old: str,
    target: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, before = migrations.upgrade, everything(old)
    spoil = text("UPDATE sessions SET agent = NULL WHERE agent = ''")

    def careless(connection: Connection, revision: str = "head") -> None:
        real(connection, revision)
        if revision == "head":
            connection.execute(spoil)

    monkeypatch.setattr(migrations, "upgrade", careless)
    result = rehearse(old, *target)
    assert result.exit_code == 1
    assert re.search(
        "the upgrade changes sessions: 3 rows before, 3 after, and not the"
        " same; do not upgrade",
        result.output,
    )
    assert everything(old) == before
    assert [each.name for each in tmp_path.iterdir() if each.is_dir()] == []
    if target:
        assert everything(target[1])[1] == []


@pytest.mark.engine("postgresql", "mariadb")
def test_a_copy_needs_a_place_of_its_own(old: str, another: str) -> None:
    result = rehearse(old)
    assert result.exit_code == 1
    assert "--to: name an empty" in result.output
    assert "the database itself" in rehearse(old, "--to", old).output
    with DB(another) as db:
        db.add_user("theirs@example.com", "h")
    result = rehearse(old, "--to", another)
    assert result.exit_code == 1
    assert "this database is not empty" in result.output
    with DB(another) as db:
        assert db.find_user_by(id=1).email == "theirs@example.com"
    assert "tells little" in rehearse(old, "--to", "sqlite:///x.db").output


@pytest.mark.engine("sqlite")
def test_what_there_is_no_rehearsal_for(url: str, tmp_path: Path) -> None:
    result = rehearse(url)
    assert result.exit_code == 1
    assert "there is nothing to rehearse" in result.output
    assert list(tmp_path.iterdir()) == []
    engine: Engine = make_engine(parse_url(url))
    with engine.begin() as connection:
        migrations.upgrade(connection, "0002")
        connection.execute(text("UPDATE bienvenue_version SET version_num=''"))
    engine.dispose()
    assert rehearse(url).exit_code == 1
    with DB(f"sqlite:///{tmp_path / 'new.db'}") as db:
        new = str(db.url)
    result = rehearse(new)
    assert (result.exit_code, "nothing to rehearse" in result.output) == (
        0,
        True,
    )
