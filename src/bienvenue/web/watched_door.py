"""The front door where requests are counted or logged.

A door that nobody watches stays as it is: see ``door``.
"""

from collections.abc import Callable
from time import perf_counter

from bienvenue.auth import Auth
from bienvenue.metrics.meter import Meter
from bienvenue.session_check import SignedIn
from bienvenue.web import local, watching
from bienvenue.web.door import Answer, Door, Scope


class ClosedDoor(Door):
    """No way in: where requests are traced, the route answers them all.

    A span costs more than the door saves.
    """

    def __call__(self, scope: Scope) -> Answer | None:
        """Leave every request to the route."""
        return None


class CountedDoor(Door):
    """The front door, each of its answers counted."""

    def __init__(self, auth: Auth, meter: Meter) -> None:
        """Check the sessions of this ``Auth``."""
        super().__init__(auth)
        self._counts = _counters(self, meter)

    def __call__(self, scope: Scope) -> Answer | None:
        """Answer a GET, or return None."""
        began = perf_counter()
        reply = super().__call__(scope)
        if reply is not None:
            self._counts[scope.path](perf_counter() - began)
        return reply


class LoggedDoor(Door):
    """The front door, each of its answers logged, and counted if wanted."""

    def __init__(self, auth: Auth, meter: Meter | None) -> None:
        """Check the sessions of this ``Auth``."""
        super().__init__(auth)
        self._check, self._look = self._noted, self._check
        self._counts = _counters(self, meter)
        self._hops = auth.settings.trusted_hops
        self._found: SignedIn | None = None  # of the one request at a time

    def __call__(self, scope: Scope) -> Answer | None:
        """Answer a GET, or return None."""
        began = perf_counter()
        reply = super().__call__(scope)
        if reply is None or self._found is None:
            return reply
        took = perf_counter() - began
        self._counts[scope.path](took)
        given = ",".join(scope.headers.get_all(local.ID_HEADER.lower()))
        request_id = local.named(given, self._hops)
        reply[1].append((local.ID_HEADER.lower(), request_id))
        watching.answered(
            ("GET", scope.path),
            reply[0],
            took,
            request_id=request_id,
            user_id=self._found.id,
        )
        return reply

    def _noted(self, session_id: object) -> SignedIn | None:
        self._found = self._look(session_id)
        return self._found


def _counters(
    door: Door, meter: Meter | None
) -> dict[str, Callable[[float], None]]:
    """Return what counts an answer of the door, by its path."""
    if meter is None:
        return dict.fromkeys(door.paths, _nothing)
    return {path: meter.counter_of(("GET", path), 200) for path in door.paths}


def _nothing(_seconds: float) -> None:
    """Count nothing."""
