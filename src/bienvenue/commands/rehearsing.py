"""``bienvenue db rehearse``: an upgrade tried on a copy first."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine, Table
from sqlalchemy.engine import URL

from bienvenue import engine, rehearsal, schema, shown
from bienvenue.commands import backup, database, moving
from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError
from bienvenue.revisions import Standing


def rehearse(url: str | None, target: str | None) -> None:
    """Upgrade a copy, say what it took, and take the copy away.

    Raises ``ConfigurationError`` where there is nothing to copy or nowhere
    to copy to, ``TransferRefused`` when the upgrade would change rows.
    """
    text = Settings.load({"database_url": url}).database_url
    name, found = shown.database(text), database.revision(text)
    stands = schema.standing_of(found)
    if stands.usable:
        click.echo(f"{name}: revision {found}, there is nothing to rehearse")
        return
    if found is None or stands is not Standing.BEHIND:
        raise ConfigurationError(
            f"{name}: there is nothing to rehearse; see `bienvenue db status`"
        )
    tables = rehearsal.tables_at(found)
    began = time.monotonic()
    with _copied(engine.parse_url(text), target, found, tables) as copy:
        copied = time.monotonic() - began
        outcome = rehearsal.upgrade(copy, tables)
    for each in outcome.kept:
        click.echo(f"{each.table:16} {each.rows:>12,}  as before")
    click.echo(
        f"{found} to {schema.HEAD}: copied in {copied:.1f} s, upgraded in"
        f" {outcome.seconds:.1f} s; the copy is gone"
    )
    click.echo(f"{name} was only read; now run `bienvenue db upgrade`")


@contextmanager
def _copied(
    source: URL, target: str | None, found: str, tables: list[Table]
) -> Iterator[Engine]:
    """Yield a copy of a database, and take it away again."""
    if source.get_backend_name() == "sqlite":
        if target is not None:
            raise ConfigurationError(
                "--to: a SQLite database is copied to a file of our own;"
                " leave it out"
            )
        with _in_a_file(Path(source.database or "")) as copy:
            yield copy
        return
    with (
        _engine(source) as live,
        _engine(_fit(source, target)) as copy,
        rehearsal.empty_copy(copy, found),
    ):
        moving.move(live, copy, tables)
        yield copy


@contextmanager
def _in_a_file(live: Path) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory(
        prefix="bienvenue-", dir=live.absolute().parent
    ) as folder:
        file = Path(folder, "copy.db")
        backup.copy_file(live, file)
        with _engine(engine.parse_url(f"sqlite:///{file}")) as copy:
            yield copy


@contextmanager
def _engine(url: URL) -> Iterator[Engine]:
    opened = engine.make_engine(url)
    try:
        yield opened
    finally:
        opened.dispose()


def _fit(source: URL, target: str | None) -> URL:
    """Return where the copy goes, if that tells anything of the source."""
    kind = source.get_backend_name()
    if target is None:
        raise ConfigurationError(
            f"--to: name an empty {kind} database for the copy"
        )
    url = engine.parse_url(target)
    if url == source:
        raise ConfigurationError("--to: this is the database itself")
    mysql = {"mysql", "mariadb"}
    if url.get_backend_name() != kind and not (
        {kind, url.get_backend_name()} <= mysql
    ):
        raise ConfigurationError(
            f"--to: an upgrade on {url.get_backend_name()} tells little of"
            f" one on {kind}; name an empty {kind} database"
        )
    return url
