"""Where the microseconds of one session check go.

The parts are the code that runs, called in this process on one core; what
a whole request costs the server's process is measured over HTTP.  CPU time
throughout, which other processes disturb little.
"""

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path
from typing import Any

from flask import Flask
from pydantic_core import to_json
from sqlalchemy.dialects import sqlite

from bench import hooks, load, machine, people, targets
from bench.machine import Watch
from bench.rounds import on_core
from bench.servers import started
from bienvenue import clock, secret
from bienvenue.app import create_app, door_for
from bienvenue.config import Settings
from bienvenue.metrics.meter import Meter
from bienvenue.route_table import layout
from bienvenue.server import answer, environ
from bienvenue.session_check.query import of_one
from bienvenue.web.door import _COOKIE, Door
from bienvenue.web.extension import KEY
from bienvenue.web.watched_door import CountedDoor

_REPEATS = 7
_ROUTE = ("GET", load.PATH)


class Headers(dict[str, str]):
    """Headers as Granian hands them over, none of them repeated."""

    def get_all(self, name: str) -> list[str]:
        """Return all values of a header."""
        return [self[name]] if name in self else []


class Scope:
    """A request as Granian hands it over, for callers of the door."""

    proto, http_version, method, path = "http", "1.1", "GET", load.PATH
    server, client = "127.0.0.1:5000", "127.0.0.1:40000"
    scheme, query_string, authority = "http", "", None

    def __init__(self, session_id: str) -> None:
        """Take the cookie's value."""
        self.headers = Headers(
            host="127.0.0.1:5000",
            accept="application/json",
            cookie=f"session_id={session_id}",
        )


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
            "session check in all": run(
                extension.auth.check_session, session_ids
            ),
            "cookie by regular expression": run(_COOKIE.search, cookies),
            "JSON": run(lambda one: to_json({"email": one}), session_ids),
            "door in all": run(door, scopes),
            "door, each answer counted": run(
                CountedDoor(extension.auth, _meter(file.parent)), scopes
            ),
            "one answer counted": run(
                _meter(file.parent).counter_of(_ROUTE, 200), [0.0001]
            ),
            "the same by prometheus-client": run(
                _by_prometheus_client(file.parent), [0.0001]
            ),
            "bare Flask route, WSGI included": run(wsgi(targets.app), scopes),
            "Flask route of the service, the same": run(wsgi(app), scopes),
        } | hooks.costs(app, wsgi(app), scopes, times)
    finally:
        extension.close()


def _meter(folder: Path) -> Meter:
    """Return what counts, as in one of several processes."""
    return Meter(layout(), folder / "counts")


def _by_prometheus_client(folder: Path) -> Callable[[float], object]:
    """Return the same count by the usual library, for several processes.

    Its labels are looked up beforehand, which a careful user does too.
    """
    # It looks for this when it is imported.
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    from prometheus_client import CollectorRegistry, Counter, Histogram

    registry = CollectorRegistry()
    labels = ["method", "route"]
    requests = Counter("r", "R", [*labels, "status"], registry=registry)
    seconds = Histogram("s", "S", labels, registry=registry)
    one, other = requests.labels(*_ROUTE, "200"), seconds.labels(*_ROUTE)

    def count(took: float) -> None:
        one.inc()
        other.observe(took)

    return count


def fetch(file: Path) -> Callable[[bytes], object]:
    """Return the query of a session check, on a connection of its own."""
    compiled = of_one().compile(dialect=sqlite.dialect())
    sql, order = str(compiled), compiled.positiontup or []
    connection = sqlite3.connect(file, isolation_level=None)
    cursor = connection.cursor()

    def one(digest: bytes) -> object:
        values = {"digest": digest, "now": 0}
        cursor.execute(sql, [values[name] for name in order])
        return cursor.fetchall()

    return one


def wsgi(app: Flask) -> Callable[[Any], object]:
    """Return what a thread of the server does with a request."""
    common = environ.base()

    def one(scope: Any) -> object:
        request = environ.build(common, scope, scope.headers, b"")
        return answer.call(app, request)

    return one


def over_http(file: Path, cookies: Path, seconds: int) -> dict[str, float]:
    """Return what a request costs the server's process in CPU seconds."""
    names = {
        "constant": "whole request, constant answer",
        "door": "whole request, session check",
        "bare": "whole request, bare Flask route",
    }
    server_core, core = machine.cores()
    found = {}
    for target, name in names.items():
        with started(target, file, [server_core]) as server:
            load.ask(server.port, cookies, 1, core)
            with Watch(server.pid, []) as watch:
                got = load.ask(server.port, cookies, seconds, core)
            found[name] = watch.server_seconds / got.requests
    return found


def measure(*, quick: bool) -> dict[str, float]:
    """Return the list: CPU seconds by name."""
    server_core, _ = machine.cores()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file, cookies = Path(folder, "bench.db"), Path(folder, "session_ids")
        accounts, sessions = (100, 50) if quick else (10_000, 2_000)
        url = f"sqlite:///{file}"
        signed_in = people.populate(url, accounts, sessions)
        ids = [person.session_id for person in signed_in]
        people.keep_cookies(cookies, ids)
        with on_core(server_core):
            found = parts(file, ids, 200 if quick else 10_000)
        return found | over_http(file, cookies, 1 if quick else 3)
