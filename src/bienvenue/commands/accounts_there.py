"""Whether a database that somebody names for production has accounts.

It is only looked at: nothing is made, upgraded or changed, and a SQLite file
is left to the byte as it is, with what stands beside it.
"""

import threading
from functools import partial

import click
from sqlalchemy import Engine, NullPool, create_engine, select

from bienvenue import database_file, engine, schema, shown, sqlite_file
from bienvenue.user import User

PATIENCE = 3.0
"""Seconds after which a database that says nothing is let be."""


def warn(url: str) -> None:
    """Say so, where there are any; what cannot be looked at has none.

    Raises nothing: it is a courtesy, and `doctor` says what is wrong with a
    database.
    """
    found: list[bool] = []
    # Drivers wait as long as they like for a server that is silent.
    looks = threading.Thread(
        target=lambda: found.append(_any(url)), daemon=True
    )
    looks.start()
    looks.join(PATIENCE)
    if True not in found:
        return
    click.echo(
        f"warning: {shown.database(url)} holds accounts already. Those that"
        " development made may\nhave weak passwords, and addresses that"
        " nobody proved; production had better have\na database of its own.",
        err=True,
    )


def _any(url: str) -> bool:
    try:
        opened = _opened(url)
        if opened is None:
            return False
        try:
            return _holds_any(opened)
        finally:
            opened.dispose()
    except Exception:  # noqa: BLE001 - a URL may make a driver raise anything
        return False


def _holds_any(opened: Engine) -> bool:
    reading = opened.execution_options(**{engine.READ_ONLY: True})
    with reading.connect() as connection:
        if schema.current(connection) is None:
            return False  # another program's, whatever is in it
        found = connection.scalar(select(User.id).limit(1))
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
