"""The parts of one session check, called as the server calls them."""

import sqlite3
import statistics
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from flask import Flask
from pydantic_core import to_json
from sqlalchemy import create_engine

from bench import counting, hooks, targets
from bench.request import Scope
from bienvenue import clock, secret
from bienvenue.app import create_app, door_for
from bienvenue.config import Settings
from bienvenue.server import answer, environ
from bienvenue.session_check.query import Statement, of_one
from bienvenue.web.door import _COOKIE, Door
from bienvenue.web.extension import KEY
from bienvenue.web.watched_door import CountedDoor

_REPEATS = 7


def cost(act: Callable[[Any], object], inputs: list[Any], times: int) -> float:
    """Return the CPU seconds of one call: the median of several goes."""
    spent = []
    for _ in range(_REPEATS):
        turn = cycle(inputs)
        given = [next(turn) for _ in range(times)]
        began = time.thread_time()
        for one in given:
            act(one)
        spent.append((time.thread_time() - began) / times)
    return statistics.median(spent)


def parts(file: Path, session_ids: list[str], times: int) -> dict[str, float]:
    """Return what each part costs in CPU seconds, smallest parts first."""
    url = f"sqlite:///{file}"
    app = create_app(Settings(database_url=url))
    extension = app.extensions[KEY]
    digests = [secret.digest(one) for one in session_ids]
    scopes = [Scope(one) for one in session_ids]
    cookies = [one.headers["cookie"] for one in scopes]

    def run(act: Callable[[Any], object], inputs: list[Any]) -> float:
        return cost(act, inputs, times)

    try:
        door = door_for(app)
        assert isinstance(door, Door)
        for one in scopes:
            assert door(one) is not None
        return {
            "digest of the session id": run(secret.digest, session_ids),
            "clock": run(lambda _: clock.now_us(), [None]),
            "SQLite, one row by index": run(fetch(file), digests),
            "SQLite, one row, in a queue": run(
                fetch(file, queued=True), digests
            ),
            "session check in all": run(
                extension.auth.check_session, session_ids
            ),
            "cookie by regular expression": run(_COOKIE.search, cookies),
            "JSON": run(lambda one: to_json({"email": one}), session_ids),
            "door in all": run(door, scopes),
            "door in all, in a queue": in_a_queue(door, run, scopes),
            "door, each answer counted": run(
                CountedDoor(extension.auth, counting.meter(file.parent)),
                scopes,
            ),
            "one answer counted": run(counting.of_ours(file.parent), [0.0001]),
            "the same by prometheus-client": run(
                counting.by_prometheus_client(file.parent), [0.0001]
            ),
            "bare Flask route, WSGI included": run(wsgi(targets.app), scopes),
            "Flask route of the service, the same": run(wsgi(app), scopes),
        } | hooks.costs(app, wsgi(app), scopes, times)
    finally:
        extension.close()


def in_a_queue(
    door: Door,
    run: Callable[[Callable[[Any], object], list[Any]], float],
    scopes: list[Any],
) -> float:
    """Return what the door costs where many stand before it."""
    door.turn_begins()
    try:
        return run(door, scopes)
    finally:
        door.turn_ends()


def fetch(file: Path, *, queued: bool = False) -> Callable[[bytes], object]:
    """Return the query of a session check, on a connection of its own.

    In a queue it is one of many in a read transaction.
    """
    engine = create_engine("sqlite://")
    statement = Statement(engine, of_one())
    given = statement.given_both()
    connection = sqlite3.connect(file, isolation_level=None)
    cursor = connection.cursor()
    if queued:
        cursor.execute("BEGIN")

    def one(digest: bytes) -> object:
        cursor.execute(statement.sql, given(digest, 0))
        return cursor.fetchall()

    return one


def wsgi(app: Flask) -> Callable[[Any], object]:
    """Return what a thread of the server does with a request."""
    common = environ.base()

    def one(scope: Any) -> object:
        request = environ.build(common, scope, scope.headers, b"")
        return answer.call(app, request)

    return one
