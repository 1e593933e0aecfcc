"""``bienvenue db backup`` and ``restore``: SQLite, while it is in use.

SQLite's own online backup copies a state that was whole at one moment, and
writes a restored one in one transaction: neither needs the service stopped,
though what is written after a backup is not in it.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import click

from bienvenue import database_file, engine, schema, shown
from bienvenue.commands import database
from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError, DatabaseUnavailable
from bienvenue.revisions import Standing

# At once: a step that finds something written since begins anew, and under
# load never ends. Writers go on meanwhile, into the write-ahead log.
_PAGES = -1
_PATIENCE_SECONDS = 10.0


def backup(url: str | None, output: Path) -> None:
    """Copy the database to a new file that its owner alone may read."""
    live = _file_of(url)
    database_file.require(f"sqlite:///{live}")
    copy_file(live, output)
    click.echo(f"{output}: {output.stat().st_size:,} bytes, checked")


def copy_file(live: Path, output: Path) -> None:
    """Copy a SQLite database to a new file, whole, while it is in use."""
    with _told(live):
        _new_file(output)
        try:
            with _opened(live) as source, _opened(output) as target:
                source.backup(target, pages=_PAGES)
                _check(target, output)
        except BaseException:
            output.unlink()
            raise


def restore(url: str | None, backup: Path) -> None:
    """Put a backup in the place of all that the database holds.

    Raises ``ConfigurationError`` for a file that is no backup of ours.
    """
    if not backup.is_file():
        raise ConfigurationError(f"{backup}: there is no such file")
    live = _file_of(url)
    with _told(backup):
        found = database.revision(f"sqlite:///{backup}")
    if found is None:
        raise ConfigurationError(f"{backup}: holds no accounts of ours")
    if not live.exists():
        _new_file(live)
    with _told(live), _opened(backup) as source, _opened(live) as target:
        _check(source, backup)
        source.backup(target)
    behind = schema.standing_of(found) is Standing.BEHIND
    state = "; run `bienvenue db upgrade`" if behind else ""
    click.echo(f"{live}: restored, revision {found}{state}")


def _file_of(url: str | None) -> Path:
    text = Settings.load({"database_url": url}).database_url
    found = engine.parse_url(text)
    if found.get_backend_name() != "sqlite" or engine.in_memory(found):
        raise ConfigurationError(
            f"{shown.database(text)}: is no SQLite file; use your server's"
            " own tools, or `bienvenue db copy --to sqlite:///FILE`"
        )
    return Path(found.database or "")


def _new_file(path: Path) -> None:
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        raise ConfigurationError(f"{path}: is there already") from None
    except OSError as error:
        reason = error.strerror or "cannot be made"
        raise ConfigurationError(f"{path}: {reason}") from None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    # Never makes a file: one that is missing is an error.
    uri = f"{path.absolute().as_uri()}?mode=rw"
    opening = sqlite3.connect(uri, timeout=_PATIENCE_SECONDS, uri=True)
    with closing(opening) as connection:
        yield connection


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DatabaseUnavailable(f"{path}: {error}") from None


def _check(connection: sqlite3.Connection, path: Path) -> None:
    found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if found != "ok":
        raise ConfigurationError(f"{path}: is damaged: {found}")
