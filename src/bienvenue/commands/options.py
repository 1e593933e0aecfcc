"""Options that several commands have."""

from collections.abc import Callable
from typing import Any

import click

database_url = click.option(
    "--database-url",
    metavar="URL",
    help="sqlite:///FILE, postgresql://... or mariadb://...; one with a"
    " password is better kept in the environment.",
)

as_json = click.option(
    "--json", "as_json", is_flag=True, help="As one JSON object."
)
yes = click.option("--yes", is_flag=True, help="Do not ask first.")
dry_run = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and do nothing."
)
password_stdin = click.option(
    "--password-stdin",
    is_flag=True,
    help="Read the password from standard input, its first line.",
)


def manner(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of all that change an account."""
    for option in (as_json, dry_run, yes, database_url):
        command = option(command)
    return command
