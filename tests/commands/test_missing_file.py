"""A misspelt name is told, and does not become an empty database."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from bienvenue import engine, migrations
from bienvenue.cli import cli
from bienvenue.commands import database
from tests.service import finished


@pytest.mark.parametrize(
    "words",
    [
        "audit verify",
        "audit tail",
        "audit export",
        "db backup out.db",
        "db copy --to sqlite:///to.db",
        "db status",
        "mail list",
        "mail list --json",
        "mail retry --all",
        "mail purge --all",
        "user show me@example.com",
        "user disable me@example.com",
        "user enable me@example.com",
        "user end-sessions me@example.com",
        "user delete me@example.com --yes",
        "user export",
        "user export --output out.jsonl",
        "user import in.jsonl --dry-run",
    ],
)
def test_what_only_reads_makes_no_file(tmp_path: Path, words: str) -> None:
    (tmp_path / "in.jsonl").write_text('{"email": "me@example.com"}\n')
    url = "sqlite:///acounts.db"
    done = finished(tmp_path, *words.split(), "--database-url", url)
    said = done.stdout + done.stderr
    assert done.returncode == 1
    assert said.count("\n") == 1
    assert "acounts.db" in said
    assert [each.name for each in tmp_path.iterdir()] == ["in.jsonl"]


def test_an_import_makes_the_database(tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"email": "me@example.com"}\n')
    done = finished(tmp_path, "user", "import", "in.jsonl")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "bienvenue.db").exists()


@pytest.mark.parametrize(
    "command",
    [
        ["user", "export"],
        ["user", "import", "--dry-run", "people.csv"],
        ["user", "import", "people.csv"],
    ],
)
def test_no_command_upgrades_a_database_of_production(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", "k" * 32)
    url = f"sqlite:///{tmp_path / 'older.db'}"
    opened = engine.make_engine(engine.parse_url(url))
    with opened.begin() as connection:
        migrations.upgrade(connection, "0003")
    opened.dispose()
    Path("people.csv").write_text("email\nbob@example.com\n")
    done = CliRunner().invoke(cli, [*command, "--database-url", url])
    assert done.exit_code == 1
    assert "bienvenue db upgrade" in done.output
    assert database.revision(url) == "0003"
