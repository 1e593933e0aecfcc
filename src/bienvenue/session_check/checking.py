"""Asks for sessions, and asks again where a connection was lost."""

import threading
import weakref
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from bienvenue import clock, forking, secret, sqlite_file
from bienvenue.engine import make_engine
from bienvenue.errors import DatabaseUnavailable
from bienvenue.session_check.found import SignedIn
from bienvenue.session_check.lane import Lane
from bienvenue.session_check.query import Statement, of_many, of_one

MOST = 64
"""How many sessions are asked for at once, at most."""


class SessionCheck:
    """Answers who a raw session id belongs to; safe between threads."""

    def __init__(self, url: URL) -> None:
        """Compile the query; each thread connects when it first asks."""
        self._engine = make_engine(url, pooled=False)
        self._one = Statement(self._engine, of_one())
        self._given = self._one.given_both()
        self._of_many: dict[int, Statement] = {}
        self._lanes: weakref.WeakSet[Lane] = weakref.WeakSet()
        self._listing = threading.Lock()
        self._local = threading.local()
        forking.watch(self)
        dbapi = self._engine.dialect.loaded_dbapi
        self._driver_error: type[Exception] = dbapi.Error

    def __call__(self, session_id: str) -> SignedIn | None:
        """Return who a raw session id belongs to while it counts, or None.

        Raises ``DatabaseUnavailable`` when a fresh connection fails too.
        """
        given = self._given(secret.digest(session_id), clock.now_us())
        rows = self._ask(self._one.sql, given)
        return SignedIn._make(rows[0]) if rows else None

    def many(self, session_ids: Sequence[str]) -> list[SignedIn | None]:
        """Return who each raw session id belongs to, by one question.

        The same as one after the other, for ``MOST`` at most; raises as
        they do.
        """
        digests = [secret.digest(one) for one in session_ids]
        # Few statements, each of them prepared once: the places that are
        # left over ask for the last one again.
        places = 1 << (len(digests) - 1).bit_length()
        padded = digests + digests[-1:] * (places - len(digests))
        values: dict[str, object] = {"now": clock.now_us()}
        values |= {f"digest{n}": each for n, each in enumerate(padded)}
        try:
            statement = self._of_many[places]
        except KeyError:
            query = of_many(places)
            statement = Statement(self._engine, query)
            self._of_many[places] = statement
        rows = self._ask(statement.sql, statement.given(values))
        found = {row[0]: SignedIn._make(row[1:]) for row in rows}
        return [found.get(each) for each in digests]

    def open_snapshot(self) -> None:
        """Answer this thread's next questions from one state of the file.

        For questions that were all put before this is called; SQLite only,
        where each question takes and leaves the lock of a reader else: a
        third of its time.  Nothing is done where the thread has asked
        nothing yet, or the log wants a rest.  Raises nothing: a connection
        that was lost is found so by the question.
        """
        lane: Lane | None = getattr(self._local, "lane", None)
        if lane is None or sqlite_file.log_is_long(self._engine.url):
            return
        with suppress(self._driver_error, DBAPIError):
            lane.begin()

    def close_snapshot(self) -> None:
        """Answer from what holds when it is asked; raises nothing.

        A connection that does not let go of the old state is given up.
        """
        lane: Lane | None = getattr(self._local, "lane", None)
        if lane is None:
            return
        try:
            lane.end()
        except (self._driver_error, DBAPIError):
            del self._local.lane
            with suppress(self._driver_error, DBAPIError):
                lane.drop()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._listing:
            lanes = list(self._lanes)
        for lane in lanes:
            lane.close()
        self._local = threading.local()

    def begin_anew(self) -> object:
        """Leave the connections there are to another process."""
        left = list(self._lanes)
        self._local = threading.local()
        self._lanes = weakref.WeakSet()
        self._listing = threading.Lock()
        return left

    def _lane(self) -> Lane:
        try:
            lane: Lane = self._local.lane
        except AttributeError:
            lane = self._local.lane = Lane(self._engine)
            with self._listing:
                self._lanes.add(lane)
        return lane

    def _ask(self, sql: str, given: Any) -> Sequence[Any]:
        try:
            return self._lane().fetch(sql, given)
        except (self._driver_error, DBAPIError):
            return self._again(sql, given)

    def _again(self, sql: str, given: Any) -> Sequence[Any]:
        """Ask once more on a new connection: the last may have been lost."""
        lane: Lane | None = self._local.__dict__.pop("lane", None)
        try:
            if lane is not None:
                lane.drop()
            return self._lane().fetch(sql, given)
        except (self._driver_error, DBAPIError):
            raise DatabaseUnavailable from None
