"""What a metric is, and where its numbers stand in the memory of all.

A layout gives each series a place, a double of eight bytes.  Processes of
one release and one set of routes make the same layout, so a place means
the same to all of them.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

OTHER = "other"
"""What a label says instead of a value that was not declared."""

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric, with every series it can have.

    ``labels`` are the names; ``series`` their values.  ``shown`` are those
    that are told before they have been counted.  A histogram has upper
    bounds in seconds.
    """

    name: str
    help: str
    kind: Literal["counter", "gauge", "histogram"] = "counter"
    labels: Labels = ()
    series: Sequence[Labels] = ((),)
    bounds: tuple[float, ...] = ()
    shown: bool = True

    @property
    def places(self) -> int:
        """How many numbers a series has: one, or buckets and their sum."""
        if self.kind == "histogram":
            return len(self.bounds) + 2  # +Inf, and the sum of seconds
        return 1


def each(*values: Iterable[str]) -> tuple[Labels, ...]:
    """Return the series of labels that go with each other freely."""
    return tuple(product(*values))


class Layout:
    """Where each series stands."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        """Give a place to every series of these metrics, in order."""
        self.metrics = tuple(metrics)
        self.places: dict[tuple[str, Labels], int] = {}
        self.gauges: set[int] = set()
        self.size = 0
        for metric in self.metrics:
            for labels in metric.series:
                self.places[metric.name, labels] = self.size
                if metric.kind == "gauge":
                    self.gauges.add(self.size)
                self.size += metric.places

    @property
    def stamp(self) -> str:
        """A name that two layouts share only when they are the same."""
        text = repr(self.metrics).encode()
        return hashlib.sha256(text).hexdigest()[:16]
