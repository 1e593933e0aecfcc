"""``bienvenue db copy``: one command from SQLite to a cluster, or back."""

import click
from sqlalchemy import Connection, Engine, Table
from sqlalchemy.exc import DBAPIError

from bienvenue import schema, shown, transfer
from bienvenue.commands import database
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.engine import READ_ONLY, in_memory, parse_url
from bienvenue.errors import ConfigurationError, DatabaseUnavailable
from bienvenue.revisions import Standing
from bienvenue.transfer import Arrived


def copy(source_url: str | None, target_url: str, *, dry_run: bool) -> None:
    """Copy everything to another database, and say what arrived.

    Raises ``ConfigurationError`` for a database that cannot be the target,
    ``TransferRefused`` for one that holds something else.
    """
    source_url = Settings.load({"database_url": source_url}).database_url
    _refuse_pointless(source_url, target_url)
    _refuse_other_schemas(source_url, target_url)
    with DB(source_url, upgrades=False) as source:
        if dry_run:
            with source.engine.connect() as connection:
                _say_dry(connection, target_url)
            return
        with DB(target_url, upgrades=False) as target:
            arrived = move(source.engine, target.engine)
    for each in arrived:
        click.echo(f"{each.table:16} {each.rows:>12,}  {each.checksum[:16]}")
    name = shown.database(target_url)
    click.echo(f"all is in {name}; name it in database_url, and start again")


def move(
    source: Engine, target: Engine, tables: list[Table] | None = None
) -> list[Arrived]:
    """Copy all rows, with a bar on a terminal, and compare; say what came.

    What is read is one moment of the source.  Raises ``TransferRefused``,
    or ``DatabaseUnavailable`` when either database goes away.
    """
    # One snapshot of the source, however long it takes.
    if source.dialect.name != "sqlite":
        source = source.execution_options(isolation_level="REPEATABLE READ")
    reading = source.execution_options(**{READ_ONLY: True})
    try:
        with (
            reading.connect() as here,
            target.connect() as there,
            click.progressbar(
                length=transfer.size(here, tables),
                label="copying",
                show_pos=True,
            ) as bar,
        ):
            return transfer.copy(here, there, bar.update, tables)
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise DatabaseUnavailable(
            f"the copy was interrupted: {reason}; the same command goes on"
            " where it stopped"
        ) from None


def _refuse_pointless(source_url: str, target_url: str) -> None:
    source, target = parse_url(source_url), parse_url(target_url)
    if in_memory(source) or in_memory(target):
        raise ConfigurationError("a database in memory cannot be moved")
    if source == target:
        raise ConfigurationError("--to: this is the database itself")


def _refuse_other_schemas(source_url: str, target_url: str) -> None:
    """Refuse what this release would copy only in part, or not at all."""
    whole = (Standing.CURRENT, Standing.BEHIND)  # the second is refused later
    for url, fit in (
        (source_url, whole),
        (target_url, (*whole, Standing.EMPTY)),
    ):
        found = database.revision(url)
        stands, name = schema.standing_of(found), shown.database(url)
        if stands is Standing.EMPTY and stands not in fit:
            raise ConfigurationError(f"{name}: there is nothing to copy")
        if stands not in fit:
            raise ConfigurationError(
                f"{name}: has revision {found}, of another release; copy"
                " with that one"
            )


def _say_dry(source: Connection, target_url: str) -> None:
    for table in transfer.tables():
        found = transfer.count(source, table)
        click.echo(f"{table.name:16} {found:>12,}")
    revision = database.revision(target_url)
    name = shown.database(target_url)
    state = f"has revision {revision}" if revision else "is empty"
    click.echo(f"would go to {name}, which {state}; nothing was copied")
