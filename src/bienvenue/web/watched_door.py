"""The front door where requests are counted or logged.

A door that nobody watches stays as it is: see ``door``.
"""

from collections.abc import Callable
from http import HTTPStatus
from time import perf_counter

from bienvenue.auth import Auth
from bienvenue.metrics.meter import Meter
from bienvenue.session_check import SignedIn
from bienvenue.web import local, watching
from bienvenue.web.door import Answer, Door, Question, Scope

_Counts = dict[tuple[str, int], Callable[[float], None]]


class ClosedDoor(Door):
    """No way in: where requests are traced, the route answers them all.

    A span costs more than the door saves.
    """

    def __call__(self, scope: Scope) -> Answer | None:
        """Leave every request to the route."""
        return None

    def turn_begins(self) -> None:
        """Do nothing: no question is asked here."""

    def turn_ends(self) -> None:
        """Do nothing, as at the beginning."""


class CountedDoor(Door):
    """The front door, each of its answers counted."""

    def __init__(self, auth: Auth, meter: Meter) -> None:
        """Check the sessions of this ``Auth``."""
        super().__init__(auth)
        self._counts = _counters(self, meter)

    def answer(self, question: Question, user: SignedIn) -> Answer:
        """Return what the route answers to whoever is signed in."""
        return self.refused(question, super().answer(question, user))

    def refused(self, question: Question, reply: Answer) -> Answer:
        """Count an answer, of whatever kind."""
        took = perf_counter() - question.arrived
        self._counts[question.path, reply[0]](took)
        return reply


class LoggedDoor(Door):
    """The front door, each of its answers logged, and counted if wanted."""

    def __init__(self, auth: Auth, meter: Meter | None) -> None:
        """Check the sessions of this ``Auth``."""
        super().__init__(auth)
        self._counts = _counters(self, meter)
        self._hops = auth.settings.trusted_hops

    def answer(self, question: Question, user: SignedIn) -> Answer:
        """Return what the route answers to whoever is signed in."""
        reply = super().answer(question, user)
        name = local.ID_HEADER.lower()
        request_id = local.named_by(question.scope.headers, self._hops)
        reply[1].append((name, request_id))
        self._log(question, reply[0], request_id, user.id)
        return reply

    def refused(self, question: Question, reply: Answer) -> Answer:
        """Log an answer that has its id already."""
        name = local.ID_HEADER.lower()
        self._log(question, reply[0], dict(reply[1])[name], None)
        return reply

    def _log(
        self,
        question: Question,
        status: int,
        request_id: str,
        user_id: int | None,
    ) -> None:
        took = perf_counter() - question.arrived
        self._counts[question.path, status](took)
        watching.answered(
            ("GET", question.path),
            status,
            took,
            request_id=request_id,
            user_id=user_id,
        )


def _counters(door: Door, meter: Meter | None) -> _Counts:
    """Return what counts an answer of the door, by path and status."""
    return {
        (path, status): _nothing
        if meter is None
        else meter.counter_of(("GET", path), status)
        for path in door.paths
        for status in (HTTPStatus.OK, HTTPStatus.SERVICE_UNAVAILABLE)
    }


def _nothing(_seconds: float) -> None:
    """Count nothing."""
