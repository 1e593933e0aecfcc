"""``bienvenue db status`` and ``upgrade`` as they are typed."""

import json

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from bienvenue import DB, migrations, schema
from bienvenue.cli import cli
from bienvenue.engine import make_engine, parse_url

BEYOND = "9999_from_9000"


def run(command: str, url: str, *more: str) -> Result:
    given = ["db", command, "--database-url", url, *more]
    return CliRunner().invoke(cli, given)


def at(revision: str, url: str) -> str:
    """Make a database of an earlier release; return its URL."""
    engine = make_engine(parse_url(url))
    with engine.begin() as connection:
        migrations.upgrade(connection, revision)
    engine.dispose()
    return url


def renamed(revision: str, url: str) -> str:
    """Have a database of this release say it is another's."""
    DB(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE bienvenue_version SET version_num = :to"),
            {"to": revision},
        )
    engine.dispose()
    return url


def test_what_is_pending_is_named(url: str) -> None:
    result = run("status", at("0001", url))
    assert result.exit_code == 1
    first, *pending = result.output.splitlines()
    assert first.endswith(
        f": revision 0001, wants revision {schema.HEAD};"
        " run `bienvenue db upgrade`"
    )
    assert pending[0] == (
        "  pending 0002: A session has a fixed end beside the one that moves"
        " with its use."
    )
    assert len(pending) == len(migrations.steps("0001"))
    assert pending[-1].startswith(f"  pending {schema.HEAD}: ")


def test_and_for_programs(url: str) -> None:
    result = run("status", at("0002", url), "--json")
    assert result.exit_code == 1
    told = json.loads(result.output)
    assert "***" not in told.pop("database")
    assert told == {
        "revision": "0002",
        "head": schema.HEAD,
        "state": "behind",
        "pending": [step for step, _ in migrations.steps("0002")],
    }


def test_an_upgrade_says_from_where(url: str) -> None:
    said = run("upgrade", at("0001", url)).output
    assert f": up to date, revision {schema.HEAD} (was 0001)" in said
    again = run("upgrade", url)
    assert again.output.endswith(f": up to date, revision {schema.HEAD}\n")
    status = run("status", url, "--json")
    assert (status.exit_code, json.loads(status.output)["state"]) == (
        0,
        "current",
    )


@pytest.mark.parametrize("command", ["status", "upgrade"])
def test_a_newer_schema_that_only_adds_is_told_and_used(
    command: str, url: str
) -> None:
    result = run(command, renamed("9999", url))
    assert result.exit_code == 0
    assert result.output.endswith(
        ": revision 9999, of a newer release; this one (revision"
        f" {schema.HEAD}) may use it\n"
    )
    with DB(url) as db:
        assert db.add_user("bob@example.com", "h").id == 1
    assert json.loads(run("status", url, "--json").output)["state"] == "ahead"


@pytest.mark.parametrize("command", ["status", "upgrade"])
def test_one_that_takes_away_is_told_and_refused(
    command: str, url: str
) -> None:
    result = run(command, renamed(BEYOND, url))
    assert result.exit_code == 1
    assert BEYOND in result.output
    assert result.output.endswith(
        "does not know; run the release that made it, or a newer one\n"
    )
    assert run("status", url, "--json").exit_code == 1


@pytest.mark.engine("sqlite")
def test_a_database_in_memory_is_not_upgraded(url: str) -> None:
    result = run("upgrade", "sqlite://")
    assert result.exit_code == 1
    assert "name a file" in result.output
