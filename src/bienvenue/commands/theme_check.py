"""``bienvenue theme check``: every page, in every state, under a theme."""

from contextlib import ExitStack
from pathlib import Path

import click

from bienvenue import Settings
from bienvenue.app import create_app
from bienvenue.web import states, theme_check


def run(folder: Path) -> None:
    """Print what is wrong with a theme, and leave with 1 if anything is.

    Raises ``ConfigurationError`` for a folder that cannot be used at all.
    """
    with ExitStack() as ending:
        made = []
        for theme_folder in (None, folder):
            # A database of its own: nothing is asked of the operator's.
            settings = Settings(
                database_url="sqlite://", theme_folder=theme_folder
            )
            app = create_app(settings)
            ending.callback(app.extensions["bienvenue"].close)
            made.append(app)
        ours, theirs = made
        found = theme_check.complaints(ours, theirs)
    for (template, complaint), names in found.items():
        name = template.rpartition("/")[2]
        click.echo(f"{name}: {complaint} ({_in(names)})")
    if found:
        raise click.exceptions.Exit(1)
    count = len(states.all_of_them())
    click.echo(f"{folder}: {count} states of pages are whole")


def _in(names: list[str]) -> str:
    if len(names) == 1:
        return f"in {names[0]}"
    return f"in {len(names)} states, such as {names[0]}"
