"""From what ``bench.scale`` found to what is printed and kept in docs."""

import json
from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any

from bench.servers import ROOT

RESULTS = ROOT / "bench" / "results" / "scale.json"
PAGE = ROOT / "docs" / "scale.md"

ENGINES = ("sqlite", "postgresql", "mariadb")

WANTED = 1.5
"""How much slower the many may be answered than the few, at most."""

_BOUND = ("session check", "login's look for an address")
_SHOWN = 0.25  # seconds: what takes less at a million needs no row

Found = dict[str, Any]


def page(found: Sequence[Found]) -> str:
    """Return the tables of a run as Markdown, a section an engine."""
    return "\n\n".join(
        block
        for one in found
        for block in (
            f"### {one['engine']}",
            _crowd(one),
            _answers(one["rows"]),
            _slow(one["day"]),
            _plans(one["day"]),
        )
    )


def verdicts(found: Sequence[Found]) -> list[str]:
    """Return a line for each ratio that is bound: reached or not."""
    lines = []
    for one in found:
        for row in one["rows"]:
            if not any(row["what"].startswith(name) for name in _BOUND):
                continue
            for which in ("p50", "p99"):
                ratio = row[f"ratio_{which}"]
                said = "reached" if ratio <= WANTED else "NOT REACHED"
                lines.append(
                    f"{said}: {one['engine']}, {row['what']}, {which}:"
                    f" {ratio:.2f}, wanted {WANTED:.2f} at most"
                )
    return lines


def keep(found: Found, file: Path) -> None:
    """Write what a run gave to a file, and its tables into the page.

    What the file has of other engines stays in it.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(file.read_text()) if file.exists() else []
    results = [one for one in kept if one["engine"] != found["engine"]]
    results = sorted([*results, found], key=_rank)
    file.write_text(json.dumps(results, indent=1) + "\n")
    if file == RESULTS:
        PAGE.write_text(filled(PAGE.read_text(), results))


def filled(text: str, results: Sequence[Found]) -> str:
    """Return the page's text with the tables of some results in it."""
    before, _, rest = text.partition("<!-- scale -->\n")
    _, _, after = rest.partition("<!-- /scale -->")
    return f"{before}<!-- scale -->\n{page(results)}\n<!-- /scale -->{after}"


def _rank(one: Found) -> int:
    return ENGINES.index(one["engine"])


def _crowd(one: Found) -> str:
    rows = ", ".join(f"{n:,} {name}" for name, n in one["crowd"].items())
    facts = ", ".join(f"{k} {v}" for k, v in one["machine"].items())
    return (
        f"{rows}; written in {one['filled_seconds']:,.0f} s."
        f" Measured on: {facts}."
    )


def _answers(rows: Iterable[Found]) -> str:
    heads = (
        *("in microseconds", "p50 of 1,000 users", "of the many", "ratio"),
        *("p99 of 1,000 users", "of the many", "ratio"),
    )
    return _table(
        heads,
        [
            (
                row["what"],
                *(
                    cell
                    for which in ("p50", "p99")
                    for cell in (
                        f"{row[f'few_{which}'] * 1e6:,.0f}",
                        f"{row[f'many_{which}'] * 1e6:,.0f}",
                        f"{row[f'ratio_{which}']:.2f}",
                    )
                ),
            )
            for row in rows
        ],
    )


def _slow(day: Iterable[Found]) -> str:
    heads = (
        "steps of a working day that took longest",
        "seconds",
        "memory, MB",
    )
    slow = [step for step in day if step["seconds"] >= _SHOWN]
    return _table(
        heads,
        [
            (
                step["step"],
                f"{step['seconds']:.2f}",
                f"{step['megabytes']:.0f}",
            )
            for step in slow
        ],
    )


def _plans(day: Iterable[Found]) -> str:
    lines = [
        f"{step['step']}\n"
        + "\n".join(
            f"  {each['statement']}\n    {'; '.join(each['plan'])}"
            for each in step["statements"]
        )
        for step in day
        if step["statements"]
    ]
    inside = "\n".join(lines)
    return (
        "<details><summary>every statement, and its plan</summary>\n\n"
        f"<pre>\n{escape(inside, quote=False)}\n</pre>\n\n</details>"
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    lines = [heads, rule, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
