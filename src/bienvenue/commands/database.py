"""``bienvenue db``: bring a database up to date, or tell whether it is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bienvenue import database_file, engine, schema, shown
from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError, DatabaseUnavailable
from bienvenue.revisions import Standing


def upgrade(url: str | None) -> None:
    """Create what is missing, or upgrade what is older."""
    text = _settings(url).database_url
    parsed, name = engine.parse_url(text), shown.database(text)
    if engine.in_memory(parsed):
        raise ConfigurationError(
            "database_url: a database in memory is new at each start; name"
            " a file"
        )
    opened = engine.make_engine(parsed)
    try:
        found = schema.ensure(opened)
    finally:
        opened.dispose()
    stands = schema.standing_of(found)
    if stands is Standing.AHEAD:
        click.echo(_told(name, found, stands))
        return
    before = f" (was {found})" if stands is Standing.BEHIND else ""
    click.echo(f"{name}: up to date, revision {schema.HEAD}{before}")


def status(url: str | None, *, as_json: bool) -> None:
    """Say which revision the database has; exit 1 if it is not for us."""
    text = _settings(url).database_url
    name, found = shown.database(text), revision(text)
    stands = schema.standing_of(found)
    pending = _pending(found) if stands is Standing.BEHIND else []
    if as_json:
        told = {
            "database": name,
            "revision": None if stands is Standing.EMPTY else found,
            "head": schema.HEAD,
            "state": stands.name.lower(),
            "pending": [step for step, _ in pending],
        }
        click.echo(json.dumps(told))
    else:
        click.echo(_told(name, found, stands))
        for step, does in pending:
            click.echo(f"  pending {step}: {does}")
    if not stands.usable:
        raise click.exceptions.Exit(1)


def _told(name: str, found: str | None, stands: Standing) -> str:
    match stands:
        case Standing.CURRENT:
            return f"{name}: up to date, revision {found}"
        case Standing.AHEAD:
            return (
                f"{name}: revision {found}, of a newer release; this one"
                f" (revision {schema.HEAD}) may use it"
            )
        case Standing.BEYOND:
            return (
                f"{name}: revision {found}, which this release (revision"
                f" {schema.HEAD}) does not know; run the release that made"
                " it, or a newer one"
            )
        case Standing.EMPTY | Standing.BEHIND:
            empty = stands is Standing.EMPTY
            state = "empty" if empty else f"revision {found}"
            return (
                f"{name}: {state}, wants revision {schema.HEAD}; run"
                " `bienvenue db upgrade`"
            )


def _pending(found: str | None) -> list[tuple[str, str]]:
    # Alembic is slow to load, and hardly ever needed.
    from alembic.util import CommandError

    from bienvenue.migrations import steps

    try:
        return steps(found)
    except CommandError:
        return []  # a revision nobody has made


@contextmanager
def up_to_date(settings: Settings) -> Iterator[Engine]:
    """Yield an engine for a database that is there; make and change none.

    Raises ``DatabaseUnavailable`` for a file that is not there and
    ``ConfigurationError`` for one that this release may not use.
    """
    database_file.require(settings.database_url)
    if not schema.standing_of(revision(settings.database_url)).usable:
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
