"""The one statement, for one session or for many, compiled once."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Engine, bindparam, select

from bienvenue.session import Session
from bienvenue.user import User


class Statement:
    """A query, compiled once for a driver: ``sql``, and its values."""

    def __init__(self, engine: Engine, query: Any) -> None:
        """Compile what ``of_one`` or ``of_many`` returned."""
        compiled = query.compile(dialect=engine.dialect)
        self.sql = str(compiled)
        self._driver = engine.driver
        self._order: list[str] | None = compiled.positiontup
        # Of one name it would return no tuple; there are two at least.
        self._in_order = itemgetter(*self._order) if self._order else None

    def given(self, values: Mapping[str, object]) -> Any:
        """Return the values, by name, as the driver wants them."""
        return self._in_order(values) if self._in_order else values

    def given_both(self) -> Callable[[bytes, int], Any]:
        """Return what does the same for a ``digest`` and a ``now``."""
        if self._order != ["digest", "now"]:
            return lambda digest, now: self.given(
                {"digest": digest, "now": now}
            )
        if self._driver == "pysqlite":
            # Python's sqlite3 looks for an adapter of bytes each time, at the
            # price of a tenth of the query; this it takes as it is.
            return lambda digest, now: (bytearray(digest), now)
        return lambda digest, now: (digest, now)


def of_one() -> Any:
    """Return the query by one ``digest``; ``now`` is what time it is."""
    return _signed_in(Session.__table__.c.digest == bindparam("digest"))


def of_many(places: int) -> Any:
    """Return the query by ``digest0``, ``digest1``, ...: two at least.

    The digest that a row was found by comes first in it.
    """
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
