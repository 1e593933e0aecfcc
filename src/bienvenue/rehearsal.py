"""Try an upgrade of the schema on a copy, and see what it does to the rows.

The copy is made as the database was, upgraded by the very steps that would
upgrade the real one, and compared: what was in each column before must be
in it after.
"""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Column, Engine, MetaData, Table, inspect

from bienvenue import migrations, schema, transfer
from bienvenue.columns import VERSION_TABLE, Base
from bienvenue.engine import make_engine, parse_url
from bienvenue.errors import ConfigurationError, TransferRefused
from bienvenue.transfer import Arrived


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an upgrade took, and what came through it unchanged."""

    seconds: float
    kept: list[Arrived]


def tables_at(revision: str) -> list[Table]:
    """Return the tables that a revision has, owners first, in plain types.

    Raises ``ConfigurationError`` for a revision that nobody has made.
    """
    from alembic.util import CommandError

    with tempfile.TemporaryDirectory(prefix="bienvenue-") as folder:
        engine = make_engine(parse_url(f"sqlite:///{Path(folder, 'old.db')}"))
        try:
            with engine.begin() as connection:
                migrations.upgrade(connection, revision)
            found = MetaData()
            found.reflect(engine)
        except CommandError:
            raise ConfigurationError(
                f"database_url: nobody knows schema {revision}"
            ) from None
        finally:
            engine.dispose()
    ours = [each for each in found.sorted_tables if each.name != VERSION_TABLE]
    return [_plain(each, set(each.c.keys())) for each in ours]


@contextmanager
def empty_copy(target: Engine, revision: str) -> Iterator[None]:
    """Give an empty database the tables of a revision; take them away again.

    Raises ``ConfigurationError`` for one that is not empty, and leaves that
    as it is.
    """
    if inspect(target).get_table_names():
        raise ConfigurationError(
            "--to: this database is not empty; name one that is, or drop"
            " what a rehearsal that was cut short left in it"
        )
    try:
        with target.begin() as connection:
            migrations.upgrade(connection, revision)
        yield
    finally:
        made = MetaData()
        made.reflect(target)
        made.drop_all(target)


def upgrade(copy: Engine, tables: list[Table]) -> Outcome:
    """Upgrade a copy, and compare it with what it was.

    Raises ``TransferRefused`` naming the table whose rows did not survive.
    """
    staying = [each for each in map(_staying, tables) if each is not None]
    before = _sums(copy, staying)
    began = time.monotonic()
    schema.ensure(copy)
    seconds = time.monotonic() - began
    after = _sums(copy, staying)
    for was, now in zip(before, after, strict=True):
        if was != now:
            raise TransferRefused(
                f"the upgrade changes {was.table}: {was.rows} rows before,"
                f" {now.rows} after, and not the same; do not upgrade, and"
                " tell the makers of this release"
            )
    return Outcome(seconds, after)


def _sums(engine: Engine, tables: list[Table]) -> list[Arrived]:
    with engine.connect() as connection:
        return [transfer.checksum(connection, each) for each in tables]


def _staying(table: Table) -> Table | None:
    """Return what this release keeps of an earlier one's table."""
    ours = Base.metadata.tables.get(table.name)
    return None if ours is None else _plain(table, set(ours.columns.keys()))


def _plain(table: Table, names: set[str]) -> Table:
    """Return a table with some of its columns, in types of no engine's."""
    return Table(
        table.name,
        MetaData(),
        *(
            Column(
                each.name, each.type.as_generic(), primary_key=each.primary_key
            )
            for each in table.columns
            if each.name in names
        ),
    )
