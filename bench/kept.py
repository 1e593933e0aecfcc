"""What runs found, kept in a file, and from there on the pages.

A run of some rows replaces those rows alone, if it was on the same machine
and by the same method as the others.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench import claims, picture, report
from bench.claims import AIMS, Claim
from bench.report import Row
from bench.rounds import Sample
from bench.servers import ROOT

RESULTS = ROOT / "bench" / "results"
LATEST, PICTURE = RESULTS / "latest.json", RESULTS / "latest.svg"
README, SPEED = ROOT / "README.md", ROOT / "docs" / "speed.md"

Facts = dict[str, str]


@dataclass
class Found:
    """What runs gave: claims, rates, and the parts of a session check.

    ``parts`` are CPU seconds by name.  ``machine`` and ``method`` are of
    the last run; ``days`` tells when each claim was measured.
    """

    machine: Facts = field(default_factory=dict)
    method: Facts = field(default_factory=dict)
    days: Facts = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    samples: list[dict[str, object]] = field(default_factory=list)
    parts: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    """Runs that came to nothing; they are not kept."""

    def add(self, samples: Sequence[Sample], made: Iterable[Claim]) -> None:
        """Take what a run gave."""
        self.samples += [one.as_dict() for one in samples]
        self.rows += report.rows(samples)
        self.claims += made


def read(file: Path = LATEST) -> Found:
    """Return what a file keeps; nothing when there is none."""
    if not file.exists():
        return Found()
    kept: dict[str, Any] = json.loads(file.read_text())
    kept["claims"] = [Claim(**one) for one in kept["claims"]]
    kept["rows"] = [Row(**one) for one in kept["rows"]]
    return Found(**kept)


def merged(old: Found, new: Found) -> Found:
    """Return what is known when a run has replaced some rows.

    Rows of another machine, or measured by another method, are let go:
    the pages tell of one machine and one method.
    """
    if (old.machine, old.method) != (new.machine, new.method):
        old = Found()
    order = [aim.name for aim in AIMS]
    made = {one.aim: one for one in (*old.claims, *new.claims)}
    rows = {one.what: one for one in (*old.rows, *new.rows)}
    again = {one["what"] for one in new.samples}
    return Found(
        machine=new.machine,
        method=new.method,
        days=old.days | new.days,
        claims=sorted(made.values(), key=lambda one: order.index(one.aim)),
        rows=list(rows.values()),
        samples=[
            *(one for one in old.samples if one["what"] not in again),
            *new.samples,
        ],
        parts=new.parts or old.parts,
    )


def write(found: Found, file: Path = LATEST) -> None:
    """Write results to a file; the project's own goes on the pages too."""
    file.parent.mkdir(parents=True, exist_ok=True)
    whole = asdict(found)
    del whole["failed"]
    file.write_text(json.dumps(whole, indent=1) + "\n")
    if file == LATEST:
        PICTURE.write_text(picture.picture(found.claims))
        for page, text in pages(found).items():
            page.write_text(text)


def pages(found: Found) -> dict[Path, str]:
    """Return the pages that show results, as they should be."""
    parts = {
        "bench": f"{summary(found)}\n\n![What was measured, to what must be"
        f" reached](bench/results/{PICTURE.name})",
        "rates": rates(found),
        "parts": profile(found.parts),
    }
    return {
        README: filled(README.read_text(), "bench", parts["bench"]),
        SPEED: filled(
            filled(SPEED.read_text(), "rates", parts["rates"]),
            "parts",
            parts["parts"],
        ),
    }


def filled(text: str, name: str, inside: str) -> str:
    """Return a page with something else between two marks of a name."""
    before, begin, rest = text.partition(f"<!-- {name} -->\n")
    _, end, after = rest.partition(f"<!-- /{name} -->")
    if not (begin and end):
        raise ValueError(f"the page has no marks of the name {name}")
    return f"{before}{begin}{inside}\n{end}{after}"


def summary(
    found: Found, names: Sequence[str] = claims.RUNS, *, markdown: bool = True
) -> str:
    """Return the table of aims, and where and how it was measured.

    ``names`` are the runs whose aims are shown.
    """
    heads = ("what", "reach", "measured", "verdict")
    lines = claims.lines(found.claims, names)
    table = report.aligned([heads, *lines], markdown=markdown)
    return f"{table}\n\n{origin(found)}"


def origin(found: Found) -> str:
    """Say on what machine, by what method and when it was measured."""
    days = sorted(set(found.days.values()))
    between = " to ".join(days[:1] + days[1:][-1:])
    when = f"Measured {between}" if days else ""
    lines = [
        f"{name}: " + ", ".join(f"{k} {v}" for k, v in words.items()) + "."
        for name, words in (
            (f"{when} on" if when else "Machine", found.machine),
            ("Method", found.method),
        )
        if words
    ]
    return "\n\n".join(lines)


def rates(found: Found) -> str:
    """Return the table of how much was answered."""
    return report.table(found.rows, markdown=True)


def profile(parts: dict[str, float], *, markdown: bool = True) -> str:
    """Return the table of where the microseconds go."""
    if not parts:
        return "Not measured yet."
    lines = [(name, f"{each * 1e6:,.2f}") for name, each in parts.items()]
    heads = ("part", "us")
    return report.aligned([heads, *lines], markdown=markdown)
