"""``bienvenue db copy`` as it is typed."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from bienvenue import DB, schema
from bienvenue.cli import cli

EMAIL = "bob@example.com"


@pytest.fixture
def source(tmp_path: Path) -> str:
    """A file with one account in it."""
    url = f"sqlite:///{tmp_path / 'source.db'}"
    with DB(url) as db:
        db.add_user(EMAIL, "h")
    return url


def copy(source: str, target: str, *more: str) -> Result:
    given = ["--database-url", source, "--to", target, *more]
    return CliRunner().invoke(cli, ["db", "copy", *given])


def test_it_says_what_arrived_and_what_to_do_next(
    source: str, url: str
) -> None:
    result = copy(source, url)
    assert result.exit_code == 0, result.output
    assert re.search(r"^users +1  [0-9a-f]{16}$", result.output, re.MULTILINE)
    assert "name it in database_url" in result.output
    with DB(url) as db:
        assert db.find_user_by(email=EMAIL).id == 1


def test_it_may_be_given_twice(source: str, url: str) -> None:
    assert copy(source, url).output == copy(source, url).output


def test_a_dry_run_counts_and_makes_nothing(source: str, url: str) -> None:
    result = copy(source, url, "--dry-run")
    assert result.exit_code == 0, result.output
    assert re.search(r"^users +1$", result.output, re.MULTILINE)
    assert "which is empty; nothing was copied" in result.output
    assert "is empty" in copy(source, url, "--dry-run").output


def test_another_database_s_accounts_are_refused(
    source: str, url: str
) -> None:
    with DB(url) as db:
        db.add_user("theirs@example.com", "h")
    result = copy(source, url)
    assert result.exit_code == 1
    assert "holds other rows than the source's" in result.output


def test_a_source_that_is_not_there_is_refused(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere.db"
    result = copy(f"sqlite:///{nowhere}", f"sqlite:///{tmp_path / 'b.db'}")
    assert result.exit_code == 1
    assert "there is nothing to copy" in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("target", ["sqlite://", "itself"])
def test_what_cannot_be_the_target_is_refused(
    source: str, target: str
) -> None:
    result = copy(source, source if target == "itself" else target)
    assert result.exit_code == 1
    assert re.match("bienvenue: (a database in|--to: this is)", result.output)


@pytest.mark.engine("sqlite")
@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("0002", "run `bienvenue db upgrade`"),
        ("9999", "has revision 9999, of another release; copy with that one"),
        ("9999_from_9000", "of another release; copy with that one"),
    ],
)
@pytest.mark.parametrize("other", ["source", "target"])
def test_another_release_s_schema_is_neither_copied_nor_changed(
    source: str, url: str, revision: str, said: str, other: str
) -> None:
    DB(url).close()
    engine = create_engine(source if other == "source" else url)
    rename = text("UPDATE bienvenue_version SET version_num = :to")
    with engine.begin() as connection:
        connection.execute(rename, {"to": revision})
    result = copy(source, url)
    assert result.exit_code == 1
    assert said in result.output
    with engine.connect() as connection:
        assert schema.current(connection) == revision
    engine.dispose()
