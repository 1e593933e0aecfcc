"""The page that people read: ``docs/security/mutation.md``."""

from collections.abc import Iterator, Mapping

from tools.mutation.copies import ROOT
from tools.mutation.record import Result

PAGE = ROOT / "docs" / "security" / "mutation.md"
Reasons = Mapping[tuple[str, str, str, str], str]
OPEN = "**open: a test is missing**"

_HEAD = """\
# Mutation testing

Small faults were put into the modules below, one at a time, and the tests
were run on each. A fault that made no test fail has survived. At least 90 %
must be noticed; faults that change nothing count as survivors too. Written
by `make mutation`, not by hand: see CONTRIBUTING.md.

| module | mutants | killed | timed out | survived | noticed | at |
|---|---|---|---|---|---|---|
"""

_SURVIVORS = """
"Mutants" are without those that cannot be loaded at all. "Timed out" is a
fault that made the tests run on without end. "At" is the content of the
module (SHA-256, shortened), so that one that changed since can be told:
`make mutation ARGS=--stale`.

## Survivors

Each with the reason why it may live.
"""


def page(results: Mapping[str, Result], reasons: Reasons) -> str:
    """Return the page for these results."""
    rows = [_row(name, results[name]) for name in sorted(results)]
    rows.append(_row("all", _sum(results)))
    parts = [_HEAD + "\n".join(rows) + "\n" + _SURVIVORS]
    for name in sorted(results):
        if results[name].survivors:
            parts += [f"\n### `{name}`\n", *_listed(name, results, reasons)]
    return "".join(parts)


def unexplained(
    results: Mapping[str, Result], reasons: Reasons
) -> list[tuple[str, str, str, str]]:
    """Return the survivors that nobody gave a reason for."""
    return [
        key
        for name in sorted(results)
        for key in _keys(name, results[name])
        if key not in reasons
    ]


def _row(name: str, result: Result) -> str:
    shown = f"`{name}`" if result.digest else f"**{name}**"
    return (
        f"| {shown} | {result.mutants} | {result.killed} | {result.timeouts}"
        f" | {len(result.survivors)} | {result.percent:.1f} %"
        f" | {result.digest} |"
    )


def _sum(results: Mapping[str, Result]) -> Result:
    every = results.values()
    return Result(
        "",
        "",
        sum(each.killed for each in every),
        sum(each.timeouts for each in every),
        sum(each.stillborn for each in every),
        [one for each in every for one in each.survivors],
    )


def _keys(name: str, result: Result) -> list[tuple[str, str, str, str]]:
    return [
        (name, each.scope, each.before, each.after)
        for each in result.survivors
    ]


def _listed(
    name: str, results: Mapping[str, Result], reasons: Reasons
) -> Iterator[str]:
    for key in dict.fromkeys(_keys(name, results[name])):
        _, scope, before, after = key
        where = f" in `{scope}`" if scope else ""
        yield f"\n{reasons.get(key, OPEN)}{where}\n\n"
        # Indented, since a fence is a snippet that is to be run.
        yield f"    - {before}\n    + {after}\n"
