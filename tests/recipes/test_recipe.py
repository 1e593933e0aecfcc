"""``bienvenue recipe``: what is listed, printed and refused."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bienvenue import Settings
from bienvenue.cli import cli
from bienvenue.recipes import RECIPES
from bienvenue.recipes.place import Place, UnfitPlace

NAMES = [one.name for one in RECIPES]
EVERY = pytest.mark.parametrize("name", NAMES)


def recipe(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["recipe", *arguments])


def object_of(arguments: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(recipe(*arguments, "--json").output)
    return found


def test_the_list() -> None:
    lines = recipe().output.splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    rows = object_of([])["recipes"]
    assert [row["name"] for row in rows] == NAMES
    assert all(row["target"] and row["about"] for row in rows)


@EVERY
def test_what_is_printed_says_where_it_belongs(name: str) -> None:
    printed = recipe(name)
    assert printed.exit_code == 0
    found = object_of([name])
    assert found["content"] == printed.output
    first = printed.output.splitlines()[0]
    assert first.startswith(f"# {found['target']}: ")
    for mark in ("[[", "]]", "<%", "%>"):
        assert mark not in printed.output


@EVERY
def test_its_settings_are_settings(name: str) -> None:
    lines = recipe(name, "--settings").output.splitlines()
    assert lines == object_of([name])["settings"]
    environ = dict(line.split("=", 1) for line in lines)
    found = Settings.load(environ=environ)
    for line in lines:
        setting = line.partition("=")[0].removeprefix("BIENVENUE_").lower()
        assert found.source_of(setting) == "environment"
        assert line in recipe(name).output or name == "compose"


def test_what_is_given_is_filled_in() -> None:
    given = {
        "host": "login.example.org",
        "upstream": "10.0.0.5:5001",
        "certificate": "/tls/chain.pem",
        "key": "/tls/key.pem",
        "https-port": "8443",
        "http-port": "8080",
        "log-folder": "/logs",
    }
    options = [f"--{name}={value}" for name, value in given.items()]
    text = recipe("nginx", *options, "--upstream", "[fd00::6]:5001").output
    for value in given.values():
        assert value in text
    assert "server [fd00::6]:5001 " in text
    settings = recipe("nginx", *options, "--settings").output
    assert "PUBLIC_URL=https://login.example.org:8443\n" in settings
    unit = recipe("systemd", *options, "--program", "/venv/bienvenue").output
    line = "ExecStart=/venv/bienvenue serve --host 10.0.0.5 --port 5001\n"
    assert line in unit


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--host", "accounts.example.com; return 200"),
        ("--host", "https://accounts.example.com"),
        ("--host", "accounts.example.com:443"),
        ("--host", "-a.example.com"),
        ("--host", "a" * 64),
        ("--upstream", "10.0.0.5"),
        ("--upstream", "10.0.0.5:0"),
        ("--upstream", "10.0.0.5:65536"),
        ("--upstream", "10.0.0.5:80 down"),
        ("--upstream", "http://10.0.0.5:80"),
        ("--certificate", "chain.pem"),
        ("--certificate", "/a;b"),
        ("--key", "/a b"),
        ("--key", "/a\nb"),
        ("--log-folder", "/a{b}"),
        ("--program", "/a $(b)"),
        ("--program", "/opt/%H/b"),
        ("--host", "account\u017f.example.com"),
    ],
)
def test_what_would_leave_its_hole_is_refused(option: str, value: str) -> None:
    found = recipe("nginx", option, value)
    assert found.exit_code == 1
    assert found.output.startswith("bienvenue: ")
    assert found.output.count("\n") == 1


def test_no_such_recipe() -> None:
    found = recipe("apache")
    assert found.exit_code == 1
    for name in NAMES:
        assert name in found.output


def test_a_place_needs_a_node() -> None:
    with pytest.raises(UnfitPlace, match="node"):
        Place(upstreams=())
