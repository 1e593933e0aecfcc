"""A start or an upgrade killed at any statement is made good by the next.

MySQL and MariaDB commit each change of a table at once; the others undo the
whole.  Either way the process that follows finds its way to the same tables.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from bienvenue import DB, migrations, schema, secret
from bienvenue.columns import VERSION_TABLE
from bienvenue.engine import make_engine, parse_url
from tests import killed_at
from tests.conftest import Servers
from tests.shapes import shape

_USER = """
INSERT INTO users (id, email, email_key, hashed_password, created_at)
VALUES (7, 'b@x.test', 'b@x.test', 'h', 1)
"""
_SESSION = """
INSERT INTO sessions (user_id, digest, created_at, last_seen_at, expires_at)
VALUES (7, :digest, 1, 1, :end)
"""
MOST = 200  # statements; more than there are

Fresh = Callable[[], str]
Kill = Callable[[str, int], str]


@pytest.fixture
def fresh(url: str, tmp_path: Path, servers: Servers) -> Fresh:
    """Names one more empty database of an engine, each time."""
    made = 0

    def another() -> str:
        nonlocal made
        made += 1
        engine = url.partition("+")[0]
        if engine.startswith("sqlite"):
            return f"sqlite:///{tmp_path / f'{made}.db'}"
        return servers(engine).fresh()

    return another


@contextmanager
def killer() -> Iterator[Kill]:
    """Start the program that dies on demand."""
    with subprocess.Popen(
        [sys.executable, killed_at.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ,
    ) as program:
        ask, answers = program.stdin, program.stdout
        assert ask is not None
        assert answers is not None

        def kill(url: str, number: int) -> str:
            print(url, number, file=ask, flush=True)
            return answers.readline().strip()

        yield kill
        ask.close()


def whole(url: str) -> dict[str, object]:
    """Open a database as the next start does; return what is in it."""
    with DB(url) as db:
        db.add_user("new@example.com", "h")
        found = shape(db.engine)
        with db.engine.connect() as connection:
            assert schema.current(connection) == schema.HEAD
    del found[VERSION_TABLE]
    return found


def test_a_first_start(fresh: Fresh) -> None:
    expected = whole(fresh())
    with killer() as kill:
        for number in range(1, MOST):
            url = fresh()
            if kill(url, number) == "done":
                break
            assert whole(url) == expected, number
    assert number > len(expected) * 2  # each table, its indexes, the word
    assert number < MOST


def test_an_upgrade_from_the_first_schema(fresh: Fresh) -> None:
    expected = whole(fresh())
    with killer() as kill:
        for number in range(1, MOST):
            url = fresh()
            session = old(url)
            if kill(url, number) == "done":
                break
            assert whole(url) == expected, number
            assert lives(url, session), number
    assert number > 10
    assert number < MOST


def old(url: str) -> str:
    """Make a database of the first schema; return a session in it."""
    engine, session = make_engine(parse_url(url)), secret.new_token()
    with engine.begin() as connection:
        migrations.upgrade(connection, "0001")
        connection.execute(text(_USER))
        values = {"digest": secret.digest(session), "end": 2**62}
        connection.execute(text(_SESSION), values)
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('users_id_seq', 7)"))
    engine.dispose()
    return session


def lives(url: str, session: str) -> bool:
    """Tell whether a session is that of the account it was made for."""
    with DB(url) as db:
        found = db.check_session(session)
    return found is not None and found.id == 7


def test_another_s_half_is_told_from_ours(fresh: Fresh) -> None:
    """What is passed over is what is there, never what is missing."""
    url = fresh()
    engine = create_engine(url)
    with engine.begin() as connection:
        migrations.upgrade(connection, "0002")
        if connection.dialect.name == "mariadb":
            connection.execute(
                text("ALTER TABLE users ADD COLUMN verified_at BIGINT")
            )
    engine.dispose()
    assert whole(url) == whole(fresh())
