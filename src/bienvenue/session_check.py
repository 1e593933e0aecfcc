"""The fast path: whose session is this?  One indexed query, no entities.

Whoever puts this service in front of an application asks this question for
every request it answers, so the usual comforts are left out here, and only
here: the statement is compiled once, each thread keeps a connection of its
own to the driver, and no ORM object is made.  What must hold is the same as
everywhere: the raw id is digested, an expired session does not count, and a
session that ended is gone at the next question: there is no cache.
"""

import threading
import weakref
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import URL, ColumnElement, Engine, bindparam, select
from sqlalchemy.exc import DBAPIError

from bienvenue import clock, forking, secret
from bienvenue.engine import make_engine
from bienvenue.errors import DatabaseUnavailable
from bienvenue.session import Session
from bienvenue.user import User

# As much of a SQLite file as SQLite maps at most: it is read in place then,
# and not copied page by page, which a large one takes half its time for.
_MAPPED = 2**31

MOST = 64
"""How many sessions are asked for at once, at most."""


class SignedIn(NamedTuple):
    """Who a live session belongs to.

    ``session`` is the row's id, which opens nothing; ``last_seen_us``,
    and ``verified_at_us``, when the address was proved to be read, if ever,
    are in microseconds since the epoch.  ``actor_id`` is the admin who acts
    as them in it, else None.
    """

    id: int
    email: str
    session: int
    last_seen_us: int
    verified_at_us: int | None
    actor_id: int | None = None


class SessionCheck:
    """Answers who a raw session id belongs to; safe between threads."""

    def __init__(self, url: URL) -> None:
        """Compile the query; each thread connects when it first asks."""
        self._engine = make_engine(url, pooled=False)
        self._one = _Statement(self._engine, _query())
        self._of_many: dict[int, _Statement] = {}
        self._lanes: weakref.WeakSet[_Lane] = weakref.WeakSet()
        self._listing = threading.Lock()
        self._local = threading.local()
        forking.watch(self)
        dbapi = self._engine.dialect.loaded_dbapi
        self._driver_error: type[Exception] = dbapi.Error

    def __call__(self, session_id: str) -> SignedIn | None:
        """Return who a raw session id belongs to while it counts, or None.

        Raises ``DatabaseUnavailable`` when a fresh connection fails too.
        """
        asked = {"digest": secret.digest(session_id), "now": clock.now_us()}
        rows = self._ask(self._one, asked)
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
            query = _query_of_many(places)
            statement = _Statement(self._engine, query)
            self._of_many[places] = statement
        rows = self._ask(statement, values)
        found = {row[0]: SignedIn._make(row[1:]) for row in rows}
        return [found.get(each) for each in digests]

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

    def _lane(self) -> "_Lane":
        try:
            lane: _Lane = self._local.lane
        except AttributeError:
            lane = self._local.lane = _Lane(self._engine)
            with self._listing:
                self._lanes.add(lane)
        return lane

    def _ask(
        self, statement: "_Statement", values: Mapping[str, object]
    ) -> Sequence[Any]:
        given = statement.given(values)
        try:
            return self._lane().fetch(statement.sql, given)
        except (self._driver_error, DBAPIError):
            return self._again(statement.sql, given)

    def _again(self, sql: str, given: Any) -> Sequence[Any]:
        """Ask once more on a new connection: the last may have been lost."""
        lane: _Lane | None = self._local.__dict__.pop("lane", None)
        try:
            if lane is not None:
                lane.drop()
            return self._lane().fetch(sql, given)
        except (self._driver_error, DBAPIError):
            raise DatabaseUnavailable from None


class _Lane:
    """One thread's own connection, past the pool and its bookkeeping."""

    def __init__(self, engine: Engine) -> None:
        self._connection = engine.raw_connection()
        # A thread that ends takes its lane with it, and drivers want to be
        # told before their connection is gone.
        weakref.finalize(self, self._connection.close)
        self._cursor = self._connection.cursor()
        if engine.name == "sqlite":
            self._cursor.execute(f"PRAGMA mmap_size = {_MAPPED}").fetchall()

    def fetch(self, sql: str, given: Any) -> Sequence[Any]:
        self._cursor.execute(sql, given)
        # All rows, though there is one at most: SQLite keeps a read
        # transaction open until it has been told there are no more.
        return self._cursor.fetchall()

    def close(self) -> None:
        self._connection.close()

    def drop(self) -> None:
        """Let go of a connection that may be lost, and say no word to it."""
        self._connection.invalidate()


class _Statement:
    """A query, compiled once for a driver."""

    def __init__(self, engine: Engine, query: Any) -> None:
        compiled = query.compile(dialect=engine.dialect)
        self.sql = str(compiled)
        order = compiled.positiontup
        # Of one name it would return no tuple; there are two at least.
        self._in_order = itemgetter(*order) if order else None

    def given(self, values: Mapping[str, object]) -> Any:
        """Return the values as the driver wants them."""
        return self._in_order(values) if self._in_order else values


def _query() -> Any:
    return _signed_in(Session.__table__.c.digest == bindparam("digest"))


def _query_of_many(places: int) -> Any:
    digest = Session.__table__.c.digest
    asked = digest.in_([bindparam(f"digest{n}") for n in range(places)])
    return _signed_in(asked, digest)


def _signed_in(asked: ColumnElement[bool], *first: Any) -> Any:
    return (
        select(
            *first,
            User.__table__.c.id,
            User.__table__.c.email,
            Session.__table__.c.id.label("session"),
            Session.__table__.c.last_seen_at,
            User.__table__.c.verified_at,
            Session.__table__.c.actor_id,
        )
        .join_from(Session.__table__, User.__table__)
        .where(asked, Session.__table__.c.expires_at > bindparam("now"))
    )
