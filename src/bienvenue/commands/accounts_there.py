"""Whether a database that somebody names for production has accounts.

It is only looked at: nothing is made, upgraded or changed, and a SQLite file
is left to the byte as it is, with what stands beside it.
"""

from functools import partial

import click
from sqlalchemy import Engine, NullPool, create_engine, select
from sqlalchemy.exc import SQLAlchemyError

from bienvenue import database_file, engine, schema, shown, sqlite_file
from bienvenue.errors import BienvenueError
from bienvenue.user import User


def warn(url: str) -> None:
    """Say so, where there are any; what cannot be looked at has none."""
    if not _any(url):
        return
    click.echo(
        f"warning: {shown.database(url)} holds accounts already. Those that"
        " development made may have weak\npasswords, and addresses that"
        " nobody proved; production had better have a database of its own.",
        err=True,
    )


def _any(url: str) -> bool:
    try:
        opened = _opened(url)
    except BienvenueError:
        return False
    if opened is None:
        return False
    try:
        reading = opened.execution_options(**{engine.READ_ONLY: True})
        with reading.connect() as connection:
            if schema.current(connection) is None:
                return False  # another program's, whatever is in it
            found = connection.scalar(select(User.id).limit(1))
    except SQLAlchemyError:
        return False  # `doctor` says what is wrong with it
    finally:
        opened.dispose()
    return found is not None


def _opened(text: str) -> Engine | None:
    url = engine.parse_url(text)
    if engine.in_memory(url):
        return None
    file = database_file.of(text)
    if file is None:
        return engine.make_engine(url)
    if not file.is_file():
        return None
    return create_engine(
        f"{sqlite_file.DRIVER}://",
        creator=partial(sqlite_file.look_into, file),
        poolclass=NullPool,
    )
