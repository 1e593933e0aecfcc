"""What goes out comes in again as it was; and is for its owner's eyes."""

import csv
import json
import stat
from pathlib import Path

import pytest
from click.testing import CliRunner

from bienvenue import DB, Auth, Settings
from bienvenue.cli import cli
from bienvenue.commands import opened

EMAIL, PASSWORD = "Bob+é@example.com", 'b4l0u, and "more"\n'


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_an_export_is_an_import(
    auth: Auth, another: str, tmp_path: Path, form: str
) -> None:
    auth.register_user(EMAIL, PASSWORD)
    auth.db.add_user("ann@example.com", "!")
    file = tmp_path / f"all.{form}"
    source = auth.db.url.render_as_string(hide_password=False)
    given = ["user", "export", "--database-url", source, "--format", form]
    said = CliRunner().invoke(cli, [*given, "--output", str(file)])
    assert said.output == f"exported 2 to {file}\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    given = ["user", "import", str(file), "--database-url", another]
    assert CliRunner().invoke(cli, given).output == "imported 2\n"
    with DB(another) as db:
        moved = Auth(db, Settings(bcrypt_rounds=4))
        assert moved.valid_login(EMAIL.lower(), PASSWORD)
        before = auth.db.find_user_by(email=EMAIL)
        after = db.find_user_by(email=EMAIL)
        assert after.created_at == before.created_at
        assert after.email == EMAIL


@pytest.mark.engine("sqlite")
def test_both_are_in_the_log_under_its_key(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIENVENUE_SECRET_KEY", "k" * 40)
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", url)
    people = tmp_path / "people.csv"
    people.write_text("email\nann@example.com\nbob@example.com\n", "utf-8")
    for given in (
        ["user", "import", str(people)],
        ["user", "export"],
        ["audit", "verify"],
    ):
        assert CliRunner().invoke(cli, given).exit_code == 0
    told = CliRunner().invoke(cli, ["audit", "export"]).stdout.splitlines()
    first, second = map(json.loads, told)
    assert (first["event"], first["detail"]) == (
        "users_imported",
        {"count": 2, "operator": opened.operator()},
    )
    assert second["event"] == "users_exported"
    assert second["detail"] == {"operator": opened.operator()}


def test_a_file_that_is_there_is_not_written_over(
    db: DB, tmp_path: Path
) -> None:
    file = tmp_path / "all.csv"
    file.write_text("precious")
    source = db.url.render_as_string(hide_password=False)
    given = ["user", "export", "--database-url", source, "--output", str(file)]
    result = CliRunner().invoke(cli, given)
    assert result.exit_code == 1
    assert "is there already" in result.output
    assert file.read_text() == "precious"


def test_a_table_has_its_names_on_the_first_line(db: DB) -> None:
    db.add_user("ann@example.com", "!")
    source = db.url.render_as_string(hide_password=False)
    given = ["user", "export", "--database-url", source, "--format"]
    table = CliRunner().invoke(cli, [*given, "csv"]).output.splitlines()
    first, second = csv.reader(table)
    line = json.loads(CliRunner().invoke(cli, [*given, "jsonl"]).output)
    assert list(line) == first
    assert [value or "" for value in line.values()] == second
