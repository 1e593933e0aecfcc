"""Commands that are imported when they are typed."""

import subprocess
import sys

import click
import pytest

from bienvenue.cli import cli
from bienvenue.commands.on_demand import OnDemand

MODULE = "bienvenue.commands.theme"


@pytest.fixture
def commands() -> OnDemand:
    return OnDemand({"theme": MODULE})


def test_it_is_as_a_dictionary_of_commands(commands: OnDemand) -> None:
    there = click.Command("there")
    commands["there"] = there
    assert list(commands) == ["theme", "there"]
    assert len(commands) == 2
    assert commands["there"] is there
    assert commands["theme"].name == "theme"
    assert commands["theme"] is commands["theme"]
    assert commands.get("nowhere") is None


def test_what_is_taken_out_is_gone(commands: OnDemand) -> None:
    del commands["theme"]
    assert "theme" not in commands
    assert not commands
    with pytest.raises(KeyError):
        del commands["theme"]


def test_one_may_be_put_in_the_place_of_another(commands: OnDemand) -> None:
    other = click.Command("theme")
    commands["theme"] = other
    assert (commands["theme"], len(commands)) == (other, 1)


@pytest.mark.parametrize("name", sorted(cli.commands))
def test_each_command_is_found_under_its_name(name: str) -> None:
    assert cli.commands[name].name == name


def test_a_service_holds_no_other_commands() -> None:
    """In a process of its own: this one has imported them all."""
    code = (
        "import sys; from bienvenue.cli import cli; cli.commands['dev'];"
        f"sys.exit({MODULE!r} in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False)
    assert done.returncode == 0
