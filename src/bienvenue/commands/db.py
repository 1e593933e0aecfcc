"""``bienvenue db ...``: what there is to do to a database.

As in ``cli``, what a command does is loaded when it runs.
"""

from pathlib import Path

import click

from bienvenue.commands import options

_file = click.Path(path_type=Path, dir_okay=False)


@click.group()
def db() -> None:
    """Look after the database."""


@db.command()
@options.database_url
def upgrade(database_url: str | None) -> None:
    """Create what is missing, or upgrade an older database."""
    from bienvenue.commands import database

    database.upgrade(database_url)


@db.command()
@options.database_url
def status(database_url: str | None) -> None:
    """Tell whether the database is up to date; exit 1 when it is not."""
    from bienvenue.commands import database

    database.status(database_url)


@db.command()
@options.database_url
@click.option(
    "--to",
    "target_url",
    metavar="URL",
    required=True,
    envvar="TARGET_DATABASE_URL",
    help="Where everything goes; one with a password is better kept in the"
    " environment, as TARGET_DATABASE_URL.",
)
@click.option("--dry-run", is_flag=True, help="Count, and copy nothing.")
def copy(
    database_url: str | None, target_url: str, *, dry_run: bool
) -> None:
    """Move everything to another database, of whatever engine.

    Stop the service first. Nothing is taken from the database there is; a
    copy that was cut short goes on where it stopped.
    """
    from bienvenue.commands import moving

    moving.copy(database_url, target_url, dry_run=dry_run)


@db.command()
@click.argument("file", type=_file)
@options.database_url
def backup(file: Path, database_url: str | None) -> None:
    """Copy a SQLite database to a new file, while it is in use."""
    from bienvenue.commands import backup

    backup.backup(database_url, file)


@db.command()
@click.argument("file", type=_file)
@options.database_url
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(file: Path, database_url: str | None, *, yes: bool) -> None:
    """Put a backup in the place of all that a SQLite database holds."""
    from bienvenue.commands import asked, backup

    question = "All that the database holds now will be gone. Restore?"
    if yes or asked.agrees(question):
        backup.restore(database_url, file)
