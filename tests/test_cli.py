"""The commands that need no server, and how every command fails."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, text

from bienvenue import schema, shown
from bienvenue.app import create_app
from bienvenue.cli import cli
from bienvenue.commands.help import Grouped
from bienvenue.config import Settings
from bienvenue.web.extension import KEY
from tests.service import environment, finished, unwritable_folder

SECRET = "s" * 32


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in an empty folder, with no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    return tmp_path


def run(*arguments: str, **options: Any) -> Result:
    """Run the command line in this process."""
    return CliRunner().invoke(
        cli, arguments, prog_name="bienvenue", terminal_width=78, **options
    )


def refused(result: Result) -> str:
    """Return the one line that a refusal is, after its first word."""
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("bienvenue: ")
    return result.stderr.removeprefix("bienvenue: ").rstrip("\n")


def commands(group: click.Group, *before: str) -> list[list[str]]:
    """Return the words of every command there is."""
    found: list[list[str]] = []
    for name, command in group.commands.items():
        found.append([*before, name])
        if isinstance(command, click.Group):
            found += commands(command, *before, name)
    return found


def test_help_names_every_command_and_exit_status() -> None:
    result = run("--help")
    assert result.exit_code == 0
    for name in cli.commands:
        assert f"\n  {name} " in result.stdout
    for status in ("0", "1", "2", "130"):
        assert f"\n    {status} " in result.stdout
    assert max(map(len, result.stdout.splitlines())) <= 79


def test_help_groups_the_commands_and_loses_none() -> None:
    found: dict[str, list[str]] = {}
    for line in run("--help").stdout.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            found[line] = []
        elif found and line.startswith("  ") and line[2] != " ":
            found[[*found][-1]].append(line.split()[0])
    del found["Options:"]
    assert {"dev", "init"} <= set(found["Begin:"])
    assert {"check", "doctor", "serve", "config"} <= set(found["Run:"])
    assert {"user", "mail", "db", "audit"} <= set(found["Look after:"])
    there = [name for names in found.values() for name in names]
    assert sorted(set(there) & set(cli.commands)) == sorted(cli.commands)
    assert all(there.count(name) == 1 for name in cli.commands)


def test_a_command_without_a_place_is_shown_under_other() -> None:
    group = Grouped(commands=[click.Command("new", help="Something new.")])
    shown = CliRunner().invoke(group, ["--help"]).stdout
    assert "\nOther:\n  new  Something new." in shown


@pytest.mark.parametrize("words", commands(cli), ids=" ".join)
def test_every_command_has_help_that_fits(words: list[str]) -> None:
    result = run(*words, "-h")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"Usage: bienvenue {' '.join(words)} ")
    assert max(map(len, result.stdout.splitlines())) <= 79


@pytest.mark.parametrize("word", ["version", "--version"])
def test_version(word: str) -> None:
    result = run(word)
    assert result.stdout == "bienvenue 0.1.0\n"


def test_help_loads_neither_flask_nor_the_server() -> None:
    program = (
        "import sys\n"
        "from bienvenue.cli import cli\n"
        "cli(['dev', '--help'], standalone_mode=False)\n"
        "print({'flask', 'granian', 'alembic', 'rich'} & {*sys.modules})\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment(),
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.endswith("\nset()\n")


def test_config_tells_where_each_setting_comes_from(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "bienvenue.toml").write_text('port = 8000\nhost = "::1"\n')
    monkeypatch.setenv("BIENVENUE_PORT", "9000")
    result = run("config")
    rows = [line.split() for line in result.stdout.splitlines()]
    assert [row[0] for row in rows] == list(Settings.model_fields)
    assert ["port", "9000", "environment"] in rows
    assert ["host", "::1", "bienvenue.toml"] in rows
    assert ["public_url", "-", "default"] in rows
    assert ["strict", "false", "default"] in rows


@pytest.mark.parametrize(
    ("profile", "strict", "mail", "decided"),
    [
        ("development", "false", "mailbox", (False, False, True, True)),
        ("development", "true", "mailbox", (True, True, False, False)),
        ("production", "false", "smtp", (True, True, False, False)),
        ("production", "false", "off", (True, False, True, False)),
    ],
)
def test_config_tells_what_follows_from_other_settings(
    profile: str,
    strict: str,
    mail: str,
    decided: tuple[bool, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("PROFILE", profile), ("STRICT", strict)):
        monkeypatch.setenv(f"BIENVENUE_{name}", value)
    monkeypatch.setenv("BIENVENUE_MAIL", mail)
    found = json.loads(run("config", "--json").stdout)
    names = (
        *("throttle", "require_verified_email"),
        *("reveal_taken_addresses", "tokens_in_answers"),
    )
    assert tuple(found[name]["value"] for name in names) == decided
    told = {found[name]["source"] for name in names}
    assert told == {"by profile, strict and mail"}
    monkeypatch.setenv("BIENVENUE_TOKENS_IN_ANSWERS", "false")
    found = json.loads(run("config", "--json").stdout)["tokens_in_answers"]
    assert found == {"value": False, "source": "environment"}


def test_every_setting_that_follows_from_others_is_told() -> None:
    left = [
        name
        for name, field in Settings.model_fields.items()
        if field.annotation == bool | None
    ]
    assert sorted(left) == sorted(shown._DECIDED)


def test_config_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIENVENUE_TLS_KEY", "key.pem")
    found = json.loads(run("config", "--json").stdout)
    assert list(found) == list(Settings.model_fields)
    assert found["port"] == {"value": 5000, "source": "default"}
    assert found["strict"]["value"] is False
    assert found["public_url"]["value"] is None
    assert found["tls_key"] == {"value": "key.pem", "source": "environment"}


@pytest.mark.parametrize("form", [[], ["--json"]])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("secret_key", SECRET),
        ("smtp_password", SECRET),
        ("database_url", f"postgresql://me:{SECRET}@db/accounts"),
        ("database_url", f"postgresql://db/accounts?password={SECRET}"),
        ("database_url", f"mysql://db/accounts?passwd={SECRET}"),
        ("database_url", f"no url {SECRET}"),
    ],
)
def test_config_shows_no_secret(
    form: list[str],
    name: str,
    value: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(f"BIENVENUE_{name.upper()}", value)
    result = run("config", *form)
    assert result.exit_code == 0
    assert SECRET not in result.output
    assert "***" in result.output


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("sqlite:////srv/a.db", "/srv/a.db"),
        ("sqlite:///a.db", "a.db"),
        ("sqlite://", "in memory, gone at the end"),
        ("mariadb://me@db/a", "mariadb+pymysql://me@db/a"),
    ],
)
def test_config_names_the_database(
    given: str, shown: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", given)
    found = json.loads(run("config", "--json").stdout)
    assert found["database_url"]["value"] == shown


def test_colour_is_for_those_who_want_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("BIENVENUE_PORT", "9000")
    assert "\x1b[1m" in run("config", color=True).output
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in run("config", color=True).output


def test_a_misspelt_setting_names_the_nearest(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIENVENUE_PROT", "1")
    assert refused(run("config")) == (
        "BIENVENUE_PROT is not a setting; did you mean BIENVENUE_PORT?"
    )
    monkeypatch.delenv("BIENVENUE_PROT")
    (folder / "bienvenue.toml").write_text("prot = 1\n")
    assert refused(run("check")) == (
        "bienvenue.toml: prot is not a setting; did you mean port?"
    )


def test_a_misspelt_option_names_the_nearest() -> None:
    result = run("dev", "--prot", "1")
    assert result.exit_code == 2
    assert "No such option '--prot'" in result.stderr
    assert "--port" in result.stderr


@pytest.mark.parametrize("command", ["dev", "serve"])
def test_a_value_that_does_not_fit(command: str) -> None:
    said = refused(run(command, "--port", "70000"))
    assert said.startswith("port: ")
    assert said.endswith("65535 (from command line)")


@pytest.mark.parametrize("command", [["check"], ["db", "status"], ["dev"]])
def test_a_database_url_that_is_none(
    command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIENVENUE_DATABASE_URL", f"accounts {SECRET}")
    said = refused(run(*command))
    assert said.startswith("database_url: not a URL; for one file write")
    assert SECRET not in said


def test_a_broken_file_is_one_line(folder: Path) -> None:
    (folder / "bienvenue.toml").write_text("port = \n\n")
    assert refused(run("config")).startswith("bienvenue.toml is not TOML: ")


def test_an_unforeseen_error_is_one_line_without_its_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*arguments: object) -> None:
        raise LookupError(SECRET)

    monkeypatch.setattr(Settings, "load", fail)
    assert refused(run("config")) == (
        "unexpected LookupError; run `bienvenue --debug ...` to see where it"
        " comes from"
    )
    assert isinstance(run("--debug", "config").exception, LookupError)


def test_debug_shows_the_traceback_of_our_errors_too(folder: Path) -> None:
    env = {"BIENVENUE_PORT": "no"}
    plain = finished(folder, "config", env=env)
    assert plain.returncode == 1
    assert plain.stderr.count("\n") == 1
    loud = finished(folder, "--debug", "config", env=env)
    assert loud.returncode == 1
    assert loud.stderr.startswith("Traceback ")
    assert "ConfigurationError" in loud.stderr


def test_an_interrupt_before_the_service_is_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupt(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Settings, "load", interrupt)
    result = run("config")
    assert (result.exit_code, result.output) == (130, "")


def test_check_reads_the_settings_and_touches_nothing(folder: Path) -> None:
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout.startswith("the settings can be read")
    assert list(folder.iterdir()) == []


def test_a_reader_that_leaves_is_no_error(folder: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "bienvenue", "openapi"],
        env=environment(),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        text=True,
    )
    os.close(writer)
    assert (done.returncode, done.stderr) == (1, "")


def test_openapi_prints_what_the_service_serves(folder: Path) -> None:
    result = run("openapi")
    assert list(folder.iterdir()) == []
    app = create_app(Settings(database_url="sqlite://"))
    try:
        served = app.test_client().get("/openapi.json").json
    finally:
        app.extensions[KEY].close()
    assert json.loads(result.stdout) == served


def test_a_database_is_looked_at_and_upgraded(folder: Path) -> None:
    empty = run("db", "status")
    assert empty.exit_code == 1
    assert empty.stdout.startswith("bienvenue.db: empty, wants revision ")
    assert list(folder.iterdir()) == []

    for _ in range(2):
        upgraded = run("db", "upgrade")
        assert upgraded.exit_code == 0
        current = run("db", "status")
        assert current.exit_code == 0
        assert current.stdout == upgraded.stdout
        assert current.stdout == (
            f"bienvenue.db: up to date, revision {schema.HEAD}\n"
        )


def test_a_database_of_another_revision_is_told(folder: Path) -> None:
    url = "sqlite:///other.db"
    run("db", "upgrade", "--database-url", url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(
            text("UPDATE bienvenue_version SET version_num = '0000'")
        )
    engine.dispose()
    result = run("db", "status", "--database-url", url)
    assert result.exit_code == 1
    assert result.stdout.startswith("other.db: revision 0000, wants ")


def test_a_database_in_memory_is_empty() -> None:
    result = run("db", "status", "--database-url", "sqlite://")
    assert result.exit_code == 1
    assert result.stdout.startswith("in memory, gone at the end: empty")


def test_a_file_that_is_no_database(folder: Path) -> None:
    (folder / "bienvenue.db").write_text("a shopping list, not accounts" * 9)
    for command in ("status", "upgrade"):
        assert refused(run("db", command)) == (
            "the database cannot be used: file is not a database"
        )


def test_a_folder_that_cannot_be_written() -> None:
    with unwritable_folder() as folder:
        done = finished(folder, "db", "upgrade", mortal=True)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "bienvenue: the database file bienvenue.db cannot be opened:"
        " Permission denied; choose a folder you can write to, or name"
        " another database_url\n"
    )
