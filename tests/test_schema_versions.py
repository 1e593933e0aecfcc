"""The schema of another release is refused in one line."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bienvenue import DB, schema
from bienvenue.errors import ConfigurationError

# It takes away what releases before schema 9000 use.
BEYOND = "9999_from_9000"


@pytest.fixture
def newer(tmp_path: Path) -> Path:
    """The database of a release that is not out yet."""
    path = tmp_path / "newer.db"
    with DB(f"sqlite:///{path}") as db:
        db.add_user("bob@example.com", "h")
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("UPDATE bienvenue_version SET version_num = ?", [BEYOND])
        raw.commit()
    return path


def test_an_older_database_is_upgraded(
    db: DB, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the migrations; there is none yet that changes anything."""
    user = db.add_user("bob@example.com", "h")
    monkeypatch.setattr(schema, "HEAD", "9999")
    schema.ensure(db.engine)
    assert db.find_user_by(id=user.id).email == user.email


def test_whoever_waited_for_another_s_upgrade_has_nothing_to_do(
    db: DB,
) -> None:
    with db.engine.begin() as connection:
        schema._bring_up(connection)
        assert schema.current(connection) == schema.HEAD


def test_a_newer_release_s_database_is_refused(newer: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        DB(f"sqlite:///{newer}")
    assert str(caught.value) == (
        "database_url: the database has schema 9999_from_9000, which this"
        f" release (schema {schema.HEAD}) does not know; run the release that"
        " made it, or a newer one"
    )
    assert caught.value.__cause__ is None


def test_and_is_left_as_it_was(newer: Path) -> None:
    with pytest.raises(ConfigurationError):
        DB(f"sqlite:///{newer}")
    with closing(sqlite3.connect(newer)) as raw:
        version = raw.execute("SELECT * FROM bienvenue_version").fetchall()
        users = raw.execute("SELECT email FROM users").fetchall()
    assert (version, users) == ([(BEYOND,)], [("bob@example.com",)])
