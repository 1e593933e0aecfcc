"""Turns what happens into numbers."""

from bisect import bisect_left
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from bienvenue.metrics.catalogue import DURATION, NO_ROUTE, REQUESTS, Route
from bienvenue.metrics.counts import Counts, Reading
from bienvenue.metrics.shape import OTHER, Labels, Layout
from bienvenue.observing import End, Moment, Tally

_TALLIES = {
    Tally.SESSION_CHECK: "bienvenue_session_checks_total",
    Tally.EVENT: "bienvenue_security_events_total",
    Tally.THROTTLED: "bienvenue_throttled_total",
    Tally.HASH_REFUSED: "bienvenue_hash_refused_total",
    Tally.LETTER: "bienvenue_letters_total",
    Tally.DB_RETRIED: "bienvenue_database_retries_total",
    Tally.DB_ERROR: "bienvenue_database_errors_total",
    Tally.DB_OUT: "bienvenue_database_connections_in_use",
    Tally.DB_IN: "bienvenue_database_connections_in_use",
    Tally.TIDIED: "bienvenue_housekeeping_rows_total",
    Tally.TIDY_RUN: "bienvenue_housekeeping_runs_total",
    Tally.LIMITER_FAILED: "bienvenue_limiter_failures_total",
    Tally.SERVER_REFUSED: "bienvenue_http_refused_total",
    Tally.QUEUED: "bienvenue_http_queued",
    Tally.BEGUN: "bienvenue_http_queued",
}
_DOWN = frozenset({Tally.DB_IN, Tally.BEGUN})
_MOMENTS = {
    Moment.HASH_WAIT: "bienvenue_hash_wait_seconds",
    Moment.HASH: "bienvenue_hash_duration_seconds",
    Moment.UNIT: "bienvenue_database_unit_seconds",
    Moment.LETTER: "bienvenue_letter_duration_seconds",
}
_MEANWHILE = {
    Moment.HASH_WAIT: "bienvenue_hash_waiting",
    Moment.HASH: "bienvenue_hash_working",
}


class Meter:
    """Counts for this process; an ``Observer``, safe between threads."""

    def __init__(self, layout: Layout, folder: Path | None = None) -> None:
        """Count in this folder with other processes, or alone.

        Raises ``OSError`` for a folder that cannot be written to.
        """
        self.layout = layout
        self._counts = Counts(layout, folder)
        self._add, self._record = self._counts.add, self._counts.record
        self._places = layout.places
        self._bounds = {one.name: one.bounds for one in layout.metrics}
        self.routes = frozenset(
            labels for name, labels in self._places if name == DURATION
        )

    def count(self, what: Tally, label: str, by: float) -> None:
        """Add to the metric of a tally."""
        place = self._place(_TALLIES[what], label)
        if place is not None:
            self._add(place, -by if what in _DOWN else by)

    def begin(self, what: Moment, label: str) -> End:
        """Time a moment, and count it among those under way."""
        meanwhile = self._places.get((_MEANWHILE.get(what, ""), ()))
        if meanwhile is not None:
            self._add(meanwhile)
        name = _MOMENTS[what]
        labels = (label,) if label else ()
        return partial(
            self._end,
            self._places[name, labels],
            self._bounds[name],
            meanwhile,
            perf_counter(),
        )

    def request(self, route: Route, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        self.counter_of(route, status)(seconds)

    def counter_of(self, route: Route, status: int) -> Callable[[float], None]:
        """Return what counts an answer, given its seconds."""
        known = route if route in self.routes else NO_ROUTE
        places, bounds = self._places, self._bounds[DURATION]
        counter = places.get((REQUESTS, (*known, str(status))))
        if counter is None:
            counter = places[REQUESTS, (*known, OTHER)]
        place, add = places[DURATION, known], self._counts.add_timed

        def count(seconds: float) -> None:
            add(counter, place, bisect_left(bounds, seconds), seconds)

        return count

    def read(self) -> Reading:
        """Return the numbers of all processes."""
        return self._counts.read()

    def close(self) -> None:
        """Count no more."""
        self._counts.close()

    def _place(self, name: str, label: str) -> int | None:
        """Return the place of a series, of ``other`` for what is unknown."""
        labels: Labels = tuple(label.split(" ")) if label else ()
        found = self._places.get((name, labels))
        return self._places.get((name, (OTHER,))) if found is None else found

    def _end(
        self,
        place: int,
        bounds: tuple[float, ...],
        meanwhile: int | None,
        began: float,
        _raised: BaseException | None,
    ) -> None:
        seconds = perf_counter() - began
        self._record(place, bisect_left(bounds, seconds), seconds)
        if meanwhile is not None:
            self._add(meanwhile, -1.0)
