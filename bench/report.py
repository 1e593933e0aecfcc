"""From samples to what is printed: medians, ratios, tables."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from bench.peer import PEERS
from bench.rounds import LOGIN, RAW, Sample

TITLES = {
    "profile": "`GET /profile`, as the service answers it",
    "verify": "`GET /verify`, as the service answers it",
    "route": "`GET /profile` through its Flask route",
    "bare": "bare Flask route, same server",
    "wsgi": "bare Flask route, Granian's WSGI mode",
    "constant": "constant answer, same server, no Flask",
    LOGIN: "login at cost 12",
    RAW: "`bcrypt.checkpw` at cost 12, in threads",
    **{one.name: f"{one.title}, its own session check" for one in PEERS},
    "few": "`GET /profile`, a thousand users",
    "many": "`GET /profile`, a million users",
    "few_spread": "the same, all thousand by turns",
    "many_spread": "the same, 20,000 of the million by turns",
}
_ENGINES = {"postgresql": "PostgreSQL", "mariadb": "MariaDB"}
_BASE = "bare"

_HEADS = (
    "",
    "a second",
    "ratio",
    "p50 ms",
    "p99 ms",
    "CPU us",
    "by CPU",
    "quiet",
)


@dataclass(frozen=True)
class Row:
    """The medians of one thing.

    ``ratio`` is the rate's to that of its base; ``by_cpu`` is what it would
    be if CPU time were all that counted, which others disturb less.  Of
    ``rounds``, ``disturbed`` were; when not all were, the rest alone count.
    """

    what: str
    rate: float
    slowest: float
    fastest: float
    ratio: float
    by_cpu: float
    p50: float
    p99: float
    cpu: float
    rounds: int
    disturbed: int

    @property
    def quiet(self) -> int:
        """How many rounds nobody disturbed."""
        return self.rounds - self.disturbed

    def cells(self) -> tuple[str, ...]:
        """Return it as a table's cells."""
        rate = f"{self.rate:,.0f}" if self.rate >= 100 else f"{self.rate:.2f}"
        return (
            title(self.what),
            rate,
            f"{self.ratio:.2f}",
            f"{self.p50 * 1e3:.2f}" if self.p50 < 0.1 else _ms(self.p50),
            f"{self.p99 * 1e3:.2f}" if self.p99 < 0.1 else _ms(self.p99),
            f"{self.cpu * 1e6:,.0f}",
            f"{self.by_cpu:.2f}",
            f"{self.quiet}/{self.rounds}",
        )


def title(what: str) -> str:
    """Return what a sample's name means, in words."""
    engine, _, name = what.rpartition(" ")
    words = TITLES[name]
    return f"{words}; {_ENGINES[engine]} at work" if engine else words


def base_of(what: str) -> str:
    """Return the name of the sample that something is compared with."""
    if what in (LOGIN, RAW):
        return RAW
    if what.startswith(("few", "many")):
        return what.replace("many", "few")
    engine, space, _ = what.rpartition(" ")
    return f"{engine}{space}{_BASE}"


def rows(samples: Sequence[Sample]) -> list[Row]:
    """Return a row for everything measured, in order.

    Disturbed samples count only where there are no others.
    """
    found: dict[str, list[Sample]] = {}
    for one in samples:
        found.setdefault(one.what, []).append(one)
    return [
        _row(what, every, found[base_of(what)])
        for what, every in found.items()
    ]


def _row(what: str, samples: Sequence[Sample], base: Sequence[Sample]) -> Row:
    good, beside = _good(samples), _good(base)
    rate, cpu = _median(good, "rate"), _median(good, "cpu")
    every = [one.rate for one in good]
    return Row(
        what=what,
        rate=rate,
        slowest=min(every),
        fastest=max(every),
        ratio=rate / _median(beside, "rate"),
        by_cpu=_median(beside, "cpu") / cpu,
        p50=_median(good, "p50"),
        p99=_median(good, "p99"),
        cpu=cpu,
        rounds=len(samples),
        disturbed=sum(one.disturbed for one in samples),
    )


def table(all_rows: Sequence[Row], *, markdown: bool) -> str:
    """Return the rows as a table, for a terminal or for a page."""
    return aligned(
        [_HEADS, *(row.cells() for row in all_rows)], markdown=markdown
    )


def aligned(lines: Sequence[Sequence[str]], *, markdown: bool) -> str:
    """Return lines of cells as a table; the first line is its head.

    The first column is words; others end at the same place.
    """
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]

    def one(cells: Sequence[str]) -> str:
        first, *rest = zip(cells, widths, strict=True)
        fitted = [first[0].ljust(first[1]), *(c.rjust(w) for c, w in rest)]
        return f"| {' | '.join(fitted)} |" if markdown else "  ".join(fitted)

    rule = [f"{'-' * (width - 1)}:" for width in widths[1:]]
    between = f"| {' | '.join(['-' * widths[0], *rule])} |"
    head, *body = map(one, lines)
    return "\n".join([head, *([between] if markdown else []), *body])


def _good(samples: Sequence[Sample]) -> Sequence[Sample]:
    return [one for one in samples if not one.disturbed] or samples


def _median(samples: Sequence[Sample], name: str) -> float:
    middle: float = statistics.median(getattr(one, name) for one in samples)
    return middle


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:,.0f}"
