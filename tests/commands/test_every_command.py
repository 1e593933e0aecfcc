"""What holds for every command there is, and for those to come."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from bienvenue import Auth, Settings
from bienvenue.cli import cli
from tests.service import environment

BOB, WORD = "bob@example.com", "b4l0u"
PAGE = Path(__file__).parents[2] / "docs" / "cli.md"

# These run until they are stopped, or are tried with servers elsewhere.
_SERVE = {"dev", "serve"}
# Words that name a secret, in the name of an option or an argument.
_SECRETS = ("password", "secret", "token", "pepper", "key")
# Not secrets: switches, and the names of files.
_HARMLESS = {"tls_key", "old_keys", "project", "key"}
# What a command wants beside an address: enough to get as far as that.
_MORE: dict[str, list[str]] = {
    "session end": ["--all"],
    "user set-password": ["--password-stdin"],
}
# What a command wants to print JSON.
_ARGUMENTS: dict[str, list[str]] = {
    "mail retry": ["--all"],
    "mail purge": ["--all"],
    "session end": [BOB, "--all"],
    "user add": ["eve@example.com", "--no-password"],
    "user import": ["people.jsonl"],
    "user set-password": [BOB, "--password-stdin"],
}


def walk(
    group: click.Group, *before: str
) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, by its words."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from walk(command, *before, name)
        else:
            yield " ".join((*before, name)), command


COMMANDS = dict(walk(cli))
ABOUT_ACCOUNTS = [
    name
    for name, command in COMMANDS.items()
    if any(p.name == "address" for p in command.params) and name != "user add"
]


def options(command: click.Command) -> list[str]:
    return [name for each in command.params for name in each.opts]


WITH_JSON = [n for n, c in COMMANDS.items() if "--json" in options(c)]
WRITING = [n for n, c in COMMANDS.items() if "--yes" in options(c)]


@pytest.fixture(autouse=True)
def auth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Auth]:
    """A folder with accounts in it, and no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in set(os.environ) - set(environment()):
        monkeypatch.delenv(name)
    settings = Settings(database_url="sqlite:///bienvenue.db", bcrypt_rounds=4)
    people = tmp_path / "people.jsonl"
    people.write_text('{"email": "ann@example.com"}\n', "utf-8")
    found = Auth(settings=settings)
    found.register_user(BOB, WORD)
    yield found
    found.close()


def run(name: str, *more: str, **how: Any) -> Result:
    how.setdefault("input", "another\n")
    return CliRunner().invoke(cli, [*name.split(), *more], **how)


def test_there_are_commands_to_walk() -> None:
    assert {"explain", "user list", "session end"} <= set(COMMANDS)
    assert len(ABOUT_ACCOUNTS) >= 11
    assert len(WRITING) >= 10


@pytest.mark.parametrize("name", COMMANDS)
def test_it_says_what_it_does(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    assert f"## `bienvenue {name}`\n" in PAGE.read_text("utf-8")
    for each in command.params:
        if isinstance(each, click.Option) and each.name in (
            *("yes", "dry_run", "as_json", "password_stdin"),
        ):
            assert each.is_flag
            assert each.help


@pytest.mark.parametrize("name", COMMANDS)
def test_no_secret_is_taken_as_an_argument(name: str) -> None:
    for each in COMMANDS[name].params:
        flag = isinstance(each, click.Option) and each.is_flag
        if flag or each.name in _HARMLESS:
            continue
        assert not any(word in str(each.name) for word in _SECRETS), each.name
    if "--password-stdin" in options(COMMANDS[name]):
        refused = run(name, BOB, "--password", "s3cret")
        assert refused.exit_code == 2
        assert "s3cret" not in refused.output
        refused = run(name, BOB, "s3cret", "--password-stdin")
        assert refused.exit_code == 2


@pytest.mark.parametrize("name", ABOUT_ACCOUNTS)
def test_an_address_that_nobody_has_is_one_line(name: str) -> None:
    more = _MORE.get(name, [])
    yes = ["--yes"] if name in WRITING else []
    done = run(name, "eve@example.com", *more, *yes)
    assert done.exit_code == 1
    assert done.stderr == "bienvenue: no account has this address\n"
    assert isinstance(done.exception, SystemExit)


@pytest.mark.parametrize("name", ABOUT_ACCOUNTS)
def test_a_database_that_is_not_there_is_one_line(
    name: str, tmp_path: Path
) -> None:
    more = _MORE.get(name, [])
    yes = ["--yes"] if name in WRITING else []
    url = ("--database-url", "sqlite:///acounts.db")
    done = run(name, BOB, *more, *yes, *url)
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1
    assert "acounts.db" in done.stderr
    assert not (tmp_path / "acounts.db").exists()


@pytest.mark.parametrize("name", WITH_JSON)
def test_what_it_prints_for_programs_parses(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = _ARGUMENTS.get(name, [BOB] if name in ABOUT_ACCOUNTS else [])
    yes = ["--yes"] if name in WRITING else []
    monkeypatch.setenv("NO_COLOR", "1")
    done = run(name, *words, *yes, "--json", color=True)
    if name not in ("doctor",):  # it may find something to mend here
        assert done.exit_code == 0, done.stderr
    if name == "audit tail":
        assert [json.loads(line) for line in done.stdout.splitlines()]
    else:
        assert isinstance(json.loads(done.stdout), dict)
    assert "\x1b" not in done.output


@pytest.mark.parametrize(
    "name", [n for n in WRITING if n.split()[0] in ("user", "session")]
)
def test_it_asks_first_and_can_be_tried(auth: Auth, name: str) -> None:
    session_id = auth.log_in(BOB, WORD)
    words = _ARGUMENTS.get(name, [BOB])
    unasked = run(name, *words)
    assert unasked.exit_code == 1
    assert unasked.stderr == (
        "bienvenue: nobody is there to be asked; say --yes\n"
    )
    dry = run(name, *words, "--dry-run")
    assert dry.exit_code == 0, dry.stderr
    assert "would" in dry.stdout
    assert auth.check_session(session_id)
    assert auth.valid_login(BOB, WORD)


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - _SERVE))
@pytest.mark.parametrize("words", [["--nonsense"], ["x"] * 9])
def test_what_is_called_wrongly_is_2_and_no_traceback(
    name: str, words: list[str]
) -> None:
    if words[0] == "x" and any(
        each.nargs == -1 for each in COMMANDS[name].params
    ):
        return
    done = run(name, *words)
    assert done.exit_code == 2
    assert done.stderr.startswith("Usage: ")
    assert isinstance(done.exception, SystemExit)
