"""The database as a command opens it: to read alone, or as an operator.

What is only read is neither made nor upgraded, and needs no right to write.
What is changed is changed in the name of whoever typed the command: each
event of it in the audit log says who that was.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager

from sqlalchemy import orm

from bienvenue import by_address, database_file, secret, shown
from bienvenue.auth import Auth
from bienvenue.client import Client, acting
from bienvenue.commands import database
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.engine import READ_ONLY
from bienvenue.errors import ConfigurationError, UnknownAddress
from bienvenue.user import User


@contextmanager
def to_read(settings: Settings) -> Iterator[orm.Session]:
    """Yield a unit that reads a database which is there and up to date.

    Raises ``ConfigurationError`` for another one, ``DatabaseUnavailable``
    for one that cannot be reached.
    """
    with database.up_to_date(settings) as engine:
        reading = engine.execution_options(**{READ_ONLY: True})
        with orm.Session(reading, expire_on_commit=False) as unit:
            yield unit


@contextmanager
def to_change(
    settings: Settings, command: str, *, make: bool = False
) -> Iterator[Auth]:
    """Yield the use cases; what they do is done by the operator.

    A database that is not there is not made, unless it is said.  Raises
    ``ConfigurationError`` or ``DatabaseUnavailable``.
    """
    if not make:
        database_file.require(settings.database_url)
    if not make and database.revision(settings.database_url) is None:
        name = shown.database(settings.database_url)
        raise ConfigurationError(
            f"database_url: {name} holds no accounts; name the database that"
            " does, or run `bienvenue db upgrade`"
        )
    with (
        closing(Auth(settings=settings)) as auth,
        acting_operator(command),
    ):
        yield auth


def as_it_is(settings: Settings) -> DB:
    """Open a database that is there, whole, without upgrading it.

    Raises ``SchemaBehind`` for one of an earlier release, and
    ``DatabaseUnavailable`` for a file that is not there.
    """
    database_file.require(settings.database_url)
    db = DB(settings.database_url, upgrades=False)
    db.configure(settings)
    return db


def acting_operator(command: str) -> AbstractContextManager[None]:
    """Have what is done in a ``with`` block be done by the operator."""
    return acting(
        Client(
            agent=f"bienvenue {command}",
            request_id=secret.new_token(),
            operator=operator(),
        )
    )


def account(db: DB, address: str) -> User:
    """Return the account of an address; raises ``UnknownAddress``."""
    user = by_address.find(db, address)
    if user is None:
        raise UnknownAddress
    return user


def operator() -> str:
    """Name whoever typed the command, behind ``sudo`` too."""
    name = _name(os.getuid())
    before = os.environ.get("SUDO_USER") if os.getuid() == 0 else None
    return f"{before} as {name}" if before else name


def settings_of(url: str | None, profile: str | None = None) -> Settings:
    """Read the settings as the service does that these accounts are of.

    ``serve`` and ``dev`` choose the profile themselves, and a command does
    not know which of them runs.  Unless it is told or set, it is production
    where there is a secret key: ``serve`` does not start without one.
    """
    found = Settings.load({"database_url": url, "profile": profile})
    if profile is None and found.source_of("profile") == "default":
        chosen = "production" if found.secret_key else "development"
        found = Settings.load({"database_url": url, "profile": chosen})
    return found


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container's user need not have a name
        return str(uid)
