"""``bienvenue db copy`` as it is typed."""

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bienvenue import DB
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
