"""What it costs to count one answer, by our metrics and by the usual ones."""

import os
from collections.abc import Callable
from pathlib import Path

from bench import load
from bienvenue.metrics.meter import Meter
from bienvenue.route_table import layout

_ROUTE = ("GET", load.PATH)


def meter(folder: Path) -> Meter:
    """Return what counts, as in one of several processes."""
    return Meter(layout(), folder / "counts")


def of_ours(folder: Path) -> Callable[[float], object]:
    """Return what counts one answer, and how long it took in seconds."""
    return meter(folder).counter_of(_ROUTE, 200)


def by_prometheus_client(folder: Path) -> Callable[[float], object]:
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
