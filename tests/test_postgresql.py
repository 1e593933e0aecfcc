"""A commit that no second machine has confirmed is not acknowledged.

The server is told to wait for a replica that there is none of, as the last
machine of a strictly synchronous cluster does.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from psycopg.errors import TransactionResolutionUnknown
from sqlalchemy import Engine, Row, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from bienvenue import DB, User, faults
from bienvenue.engine import make_engine, parse_url
from bienvenue.errors import DatabaseUnavailable
from tests import database_servers
from tests.database_servers import Server
from tests.service import PATIENCE

EMAIL = "test@test.com"
STAND_BY = "synchronous_standby_names"

Waiting = Row[Any] | None


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of our own: what it waits for would hold up all others."""
    with database_servers.postgresql() as found:
        yield found


@pytest.fixture
def alone(server: Server) -> Iterator[Engine]:
    """A database with our tables, on a server without its replica."""
    url = server.fresh()
    DB(url).close()
    engine = make_engine(parse_url(url))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE scrap (n int)"))
    want_replica(server, wanted=True)
    until(lambda: not is_made_good(server, engine), "it to want a replica")
    yield engine
    want_replica(server, wanted=False)
    until(lambda: is_made_good(server, engine), "it to want none")
    engine.dispose()


def want_replica(server: Server, *, wanted: bool) -> None:
    how = f"SET {STAND_BY} = 'nobody'" if wanted else f"RESET {STAND_BY}"
    server.say(f"ALTER SYSTEM {how}")
    server.say("SELECT pg_reload_conf()")


def until(condition: Callable[[], object], what: str) -> None:
    for _ in range(int(PATIENCE / 0.05)):
        if condition():
            return
        threading.Event().wait(0.05)
    raise AssertionError(f"waited in vain for {what}")


def write(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO scrap VALUES (1)"))


def is_made_good(server: Server, engine: Engine) -> bool:
    """Write something of no matter; tell whether it needs no replica."""
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write, engine)
        until(lambda: written.done() or waiting(engine), "an answer")
        found = waiting(engine)
        if found is not None:
            server.say(f"SELECT pg_cancel_backend({found.pid})")
        return written.exception(PATIENCE) is None


def waiting(engine: Engine) -> Waiting:
    """Return the commit that waits for a replica, if one does."""
    query = (
        "SELECT pid, query_start FROM pg_stat_activity"
        " WHERE wait_event = 'SyncRep' AND datname = current_database()"
    )
    with engine.connect() as connection:
        return connection.execute(text(query)).first()


def cancel(
    server: Server,
    engine: Engine,
    but: Waiting = None,
    unless: Callable[[], bool] = lambda: False,
) -> Waiting:
    """Give up the wait of a commit, of another one ``but`` this."""

    def is_there() -> bool:
        return unless() or waiting(engine) not in (None, but)

    until(is_there, "a commit that waits")
    found = waiting(engine)
    if found is not None:
        server.say(f"SELECT pg_cancel_backend({found.pid})")
    return found


def test_a_commit_that_was_given_up_is_in_doubt(
    server: Server, alone: Engine
) -> None:
    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(write, alone)
        cancel(server, alone)
        error = written.exception(PATIENCE)
    assert isinstance(error, OperationalError)
    assert isinstance(error.orig, TransactionResolutionUnknown)
    assert faults.code(error) == "08007"
    with alone.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM scrap"))


def test_nobody_is_told_that_it_is_done(
    server: Server, alone: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "PATIENCE_SECONDS", 0.5)
    with DB(address_of(alone)) as db, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(db.add_user, EMAIL, "hash")
        last: Waiting = None
        while not answer.done():
            last = cancel(server, alone, last, unless=answer.done)
        error = answer.exception(PATIENCE)
    assert isinstance(error, DBAPIError | DatabaseUnavailable)
    assert EMAIL not in str(error)


def test_it_is_done_when_a_second_machine_has_it(
    server: Server, alone: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once, though it was cut off and tried again."""
    monkeypatch.setattr(faults, "PATIENCE_SECONDS", PATIENCE)
    with DB(address_of(alone)) as db, ThreadPoolExecutor(1) as pool:
        answer = pool.submit(db.add_user, EMAIL, "hash")
        first = cancel(server, alone)
        until(
            lambda: waiting(alone) not in (None, first),
            "another that waits, instead of being believed",
        )
        assert not answer.done()
        want_replica(server, wanted=False)
        user = answer.result(PATIENCE)
        count = select(func.count()).select_from(User)
        assert db.read(lambda unit: unit.scalar(count)) == 1
        assert db.find_user_by(email=EMAIL).id == user.id


def address_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)
