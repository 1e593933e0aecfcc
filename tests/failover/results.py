"""The figures of the failovers: kept in a file, and a table made of them."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "bench" / "results" / "failover.json"
PAGE = ROOT / "docs" / "failover.md"

Results = dict[str, Any]

_TITLES = {"galera": "MariaDB, Galera", "patroni": "PostgreSQL, Patroni"}
_HEADS = (
    "cluster",
    "what happens",
    "seconds",
    "requests",
    "acknowledged",
    "errors that clients saw",
    "longest gap, s",
    "slowest answer, s",
    "lost",
)
_TABLE = re.compile(r"(<!-- failover -->\n).*?(<!-- end -->)", re.DOTALL)


def kept(file: Path = FILE) -> Results:
    """Return what was measured before, by engine; empty if nothing was."""
    if not file.exists():
        return {}
    found: Results = json.loads(file.read_text())
    return found


def keep(results: Results, file: Path = FILE, page: Path = PAGE) -> None:
    """Write the file, and the table in the page."""
    file.write_text(json.dumps(results, indent=1, sort_keys=True) + "\n")
    page.write_text(with_table(page.read_text(), results))


def with_table(text: str, results: Results) -> str:
    """Return a page with the table of these results in its place."""
    return _TABLE.sub(lambda found: found[1] + table(results) + found[2], text)


def table(results: Results) -> str:
    """Return all rounds of all engines as one table (Markdown)."""
    rows = [
        _row((_TITLES[engine], *_cells(one)))
        for engine, found in sorted(results.items())
        for one in found["rounds"]
    ]
    lines = [_row(_HEADS), "|" + "---|" * len(_HEADS), *rows]
    return "\n".join(lines) + "\n"


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(str, cells))} |"


def _cells(one: Mapping[str, Any]) -> Sequence[object]:
    errors = [f"{count} x {kind}" for kind, count in one["errors"].items()]
    return (
        one["what"],
        f"{one['seconds']:.0f}",
        one["requests"],
        one["acknowledged"],
        ", ".join(errors) or "none",
        f"{one['gap']:.1f}",
        f"{one['slowest']:.1f}",
        one["lost"],
    )
