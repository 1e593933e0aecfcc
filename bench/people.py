"""A database with people in it, many of them signed in."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import orm

from bienvenue import clock, secret, session
from bienvenue.db import DB
from bienvenue.passwords import PasswordHasher
from bienvenue.user import User

PASSWORD = "correct horse battery staple"

# What has been signed in for a while is due for a new ``last_seen_at``, so
# the service has that to write during the rounds, as it would in earnest.
_SIGNED_IN_FOR = timedelta(hours=1)


class Person(NamedTuple):
    """An account and one session of it."""

    email: str
    session_id: str


def keep_cookies(file: Path, session_ids: Iterable[str]) -> None:
    """Write the Cookie headers of some sessions, a line each."""
    file.write_text("".join(f"session_id={one}\n" for one in session_ids))


def populate(url: str, accounts: int, sessions: int) -> list[Person]:
    """Make a database with accounts, and sessions over all of them.

    All have the same password, hashed once at cost 12.  Returns the
    sessions.
    """
    hashed = PasswordHasher(12).hash(PASSWORD)
    with (
        DB(url) as db,
        clock.frozen(clock.now() - _SIGNED_IN_FOR),
    ):

        def fill(unit: orm.Session) -> list[Person]:
            users = [
                User(email=f"u{number}@example.com", hashed_password=hashed)
                for number in range(accounts)
            ]
            unit.add_all(users)
            unit.flush()
            return [
                _sign_in(unit, users[number * accounts // sessions])
                for number in range(sessions)
            ]

        return db.write(fill)


def _sign_in(unit: orm.Session, user: User) -> Person:
    person = Person(user.email, secret.new_token())
    session.start(unit, user.id, person.session_id)
    return person
