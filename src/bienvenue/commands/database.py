"""``bienvenue db``: bring a database up to date, or tell whether it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bienvenue import database_file, engine, schema
from bienvenue.commands import shown
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.errors import ConfigurationError, DatabaseUnavailable


def upgrade(url: str | None) -> None:
    """Create what is missing, or upgrade what is older."""
    settings = _settings(url)
    DB(settings.database_url).close()
    name = shown.database(settings.database_url)
    click.echo(f"{name}: up to date, revision {schema.HEAD}")


def status(url: str | None) -> None:
    """Say which revision the database has; exit 1 if it is not ours."""
    settings = _settings(url)
    name = shown.database(settings.database_url)
    found = revision(settings.database_url)
    if found == schema.HEAD:
        click.echo(f"{name}: up to date, revision {found}")
        return
    state = f"revision {found}" if found else "empty"
    click.echo(
        f"{name}: {state}, wants revision {schema.HEAD}; run"
        " `bienvenue db upgrade`"
    )
    raise click.exceptions.Exit(1)


@contextmanager
def up_to_date(settings: Settings) -> Iterator[Engine]:
    """Yield an engine for a database that is there; make and change none.

    Raises ``DatabaseUnavailable`` for a file that is not there and
    ``ConfigurationError`` for one that is not up to date.
    """
    database_file.require(settings.database_url)
    if revision(settings.database_url) != schema.HEAD:
        name = shown.database(settings.database_url)
        raise ConfigurationError(
            f"database_url: {name} is not up to date; run `bienvenue db"
            " upgrade`"
        )
    found = engine.make_engine(engine.parse_url(settings.database_url))
    try:
        yield found
    finally:
        found.dispose()


def _settings(url: str | None) -> Settings:
    return Settings.load({"database_url": url})


def revision(text: str) -> str | None:
    """Return the schema's revision in a database, None where there is none.

    Raises ``DatabaseUnavailable`` for one that cannot be reached.
    """
    url = engine.parse_url(text)
    if engine.in_memory(url):
        return None
    if url.get_backend_name() == "sqlite" and not _exists(url.database):
        return None  # connecting would make the file
    found = engine.make_engine(url)
    try:
        with found.connect() as connection:
            return schema.current(connection)
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        raise DatabaseUnavailable(
            f"the database cannot be used: {reason}"
        ) from None
    finally:
        found.dispose()


def _exists(file: str | None) -> bool:
    return Path(file or "").exists()
