"""What was refused, written down without letting a flood fill the log.

An answer that says no never waits for this.  The first refusal of a kind is
written at once by a thread; those like it in the next minute are counted,
and the count is one more event (OWASP ASVS V16.3.2, V16.3.3).
"""

import logging
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple

from sqlalchemy import orm
from sqlalchemy.exc import SQLAlchemyError

from bienvenue import audit, client_network, clock, forking
from bienvenue.background import Background
from bienvenue.client import Client, acting
from bienvenue.db import DB
from bienvenue.errors import BienvenueError
from bienvenue.events import Event

_log = logging.getLogger("bienvenue.refusals")

_MINUTE_US = 60_000_000
_LOOK_EVERY_SECONDS = 10.0
MOST_KINDS = 200
"""Different refusals told apart in a minute; the rest count as one each."""


class Refusal(NamedTuple):
    """Which kind of refusal; what is alike in all of it is counted.

    ``code`` is the error's, ``target`` the method and the rule of the path,
    ``network`` what limits count as one client, ``user_id`` who was signed
    in.
    """

    event: Event
    code: str
    target: str
    network: str
    user_id: int | None = None


@dataclass(slots=True)
class _Seen:
    """The refusals of a kind since it was last written."""

    client: Client
    since_us: int
    count: int
    written: bool = False


class Refusals:
    """Counts refusals and writes them; safe to share between threads."""

    def __init__(self, db: DB) -> None:
        """Write to this database, from a thread that starts when needed."""
        self._db = db
        self._background = Background(
            "refusals", self.flush, _LOOK_EVERY_SECONDS
        )
        self.begin_anew()
        forking.watch(self)

    def begin_anew(self) -> None:
        """Forget what another process counted, and will write."""
        self._seen: dict[Refusal, _Seen] = {}
        self._seeing, self._writing = Lock(), Lock()

    def note(self, refusal: Refusal, client: Client) -> None:
        """Remember a refusal; returns at once."""
        with self._seeing:
            if refusal not in self._seen and len(self._seen) >= MOST_KINDS:
                refusal = Refusal(refusal.event, refusal.code, "", "others")
                client = Client()
            seen = self._seen.get(refusal)
            if seen is not None:
                seen.count += 1
                return
            self._seen[refusal] = _Seen(client, clock.now_us(), 1)
        self._background.wake()

    def flush(self, *, everything: bool = False) -> None:
        """Write what is new, and what a minute has counted.

        What was due before the call is written when it returns.
        """
        with self._writing:  # one at a time, so none is still under way
            due = self._due(everything=everything)
            if due:
                self._write(due)

    def stop(self) -> None:
        """Write what was counted, and end the thread."""
        self._background.stop()
        self.flush(everything=True)

    def _write(self, due: list[tuple[Refusal, Client, int]]) -> None:
        def write(unit: orm.Session) -> None:
            for refusal, client, count in due:
                _record(unit, refusal, client, count)

        try:
            self._db.write(write)
        except (SQLAlchemyError, BienvenueError) as error:
            # The service's log still has how many there were.
            lost = sum(count for _, _, count in due)
            _log.error(
                "%d refusals not recorded: %s", lost, type(error).__name__
            )

    def _due(self, *, everything: bool) -> list[tuple[Refusal, Client, int]]:
        now, due = clock.now_us(), []
        with self._seeing:
            for refusal, seen in list(self._seen.items()):
                over = everything or now - seen.since_us >= _MINUTE_US
                if seen.count and (over or not seen.written):
                    due.append((refusal, seen.client, seen.count))
                    seen.count, seen.written, seen.since_us = 0, True, now
                elif over:
                    del self._seen[refusal]
        return due


def network_of(client: Client) -> str:
    """Return the network that refusals of a client are counted by."""
    return client_network.of(client.address)


def _record(
    unit: orm.Session, refusal: Refusal, client: Client, count: int
) -> None:
    with acting(client):
        audit.record(
            unit,
            refusal.event,
            user_id=refusal.user_id,
            outcome="refused",
            code=refusal.code,
            target=refusal.target or None,
            network=refusal.network,
            count=count,
        )
