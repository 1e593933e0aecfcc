"""From SQLite to PostgreSQL to MariaDB and back: the same to the byte."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bienvenue import DB, Auth, Settings, outbox, sequences, transfer
from bienvenue.cli import cli
from bienvenue.outbox import Letter
from tests import killed_copy, odd_rows
from tests.conftest import Servers
from tests.service import PATIENCE, environment

ROWS = 1200
PASSWORD = "b4l0u"

pytestmark = pytest.mark.service("sqlite", "postgresql", "mariadb")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[str]:
    """A file with people in it, and with every value there can be."""
    url = f"sqlite:///{tmp_path / 'start.db'}"
    with DB(url) as db:
        with db.engine.begin() as connection:
            odd_rows.plant(connection, ROWS)
            connection.execute(text("DELETE FROM audit_events"))
            connection.execute(text("DELETE FROM audit_heads"))
        auth = Auth(db, Settings(bcrypt_rounds=4))
        user = auth.register_user("Bob@example.com", PASSWORD)
        auth.log_in("bob@example.com", PASSWORD)
        auth.get_reset_password_token("bob@example.com")
        db.write(
            lambda unit: outbox.post(unit, Letter.RESET_PASSWORD, user.email)
        )
        yield url


def typed(*given: str) -> str:
    """Run a command; return what it prints."""
    result = CliRunner().invoke(cli, given)
    assert result.exit_code == 0, result.output
    return result.output


def exports(url: str) -> list[str]:
    """Return what ``user export`` makes of a database, in both forms."""
    return [
        typed("user", "export", "--database-url", url, "--format", form)
        for form in ("csv", "jsonl")
    ]


def dump(url: str) -> tuple[dict[str, list[tuple[Any, ...]]], list[int]]:
    """Return all rows, and how far each table has counted."""
    engine = create_engine(url)
    with engine.connect() as connection:
        counted = [
            sequences.reached_by(connection, each.name)
            for each in transfer.tables()
            if "id" in each.c
        ]
        found = odd_rows.dump(connection)
    engine.dispose()
    return found, counted


def test_there_and_back_again(
    start: str, tmp_path: Path, servers: Servers
) -> None:
    stations = [
        start,
        servers("postgresql").fresh(),
        servers("mariadb").fresh(),
        f"sqlite:///{tmp_path / 'end.db'}",
    ]
    sums = []
    for here, there in pairwise(stations):
        said = typed("db", "copy", "--database-url", here, "--to", there)
        sums.append(said.splitlines()[:-1])
    assert sums[0] == sums[1] == sums[2]
    expected, told = dump(start), exports(start)
    assert len(expected[0]["users"]) == ROWS + 1
    assert told[0].count("@") >= 1
    for url in stations[1:]:
        assert dump(url) == expected, make_url(url).drivername
        assert exports(url) == told, make_url(url).drivername
    assert typed("audit", "verify", "--database-url", stations[-1])
    with DB(stations[-1]) as db:
        moved = Auth(db, Settings(bcrypt_rounds=4))
        assert moved.valid_login("bob@example.com", PASSWORD)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql", "mariadb"])
@pytest.mark.parametrize("batch", [1, 2, 40])
def test_a_copy_that_is_killed_goes_on(
    start: str, tmp_path: Path, servers: Servers, engine: str, batch: int
) -> None:
    target = f"sqlite:///{tmp_path / 'target.db'}"
    if engine != "sqlite":
        target = servers(engine).fresh()
    env = environment({"TARGET_DATABASE_URL": target})
    given = [sys.executable, killed_copy.__file__, str(batch), start]
    killed = subprocess.run(given, env=env, check=False, timeout=PATIENCE)
    assert killed.returncode == -9
    arrived = sum(map(len, dump(target)[0].values()))
    there = sum(map(len, dump(start)[0].values()))
    assert arrived < there
    assert (arrived > 0) == (batch > 1)
    typed("db", "copy", "--database-url", start, "--to", target)
    assert dump(target) == dump(start)


def test_on_a_terminal_there_is_a_bar(start: str, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    target = f"sqlite:///{tmp_path / 'target.db'}"
    given = ["db", "copy", "--database-url", start, "--to", target]
    with subprocess.Popen(
        [sys.executable, "-m", "bienvenue", *given],
        env=environment({"TERM": "xterm"}),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    ) as program:
        os.close(theirs)
        said = _heard(ours)
        assert program.wait(PATIENCE) == 0, said
    with create_engine(start).connect() as source:
        rows = transfer.size(source)
    assert "copying  [" in said
    assert f"{rows}/{rows}" in said
    assert "copying" not in typed(*given).partition("\n")[2]


def _heard(terminal: int) -> str:
    said = b""
    try:
        while chunk := os.read(terminal, 65536):
            said += chunk
    except OSError:
        pass  # a terminal whose program has gone
    os.close(terminal)
    return said.decode()
