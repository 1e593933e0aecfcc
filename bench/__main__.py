"""``python -m bench``: measure this machine.  See README.md beside it."""

import argparse
import sys
import tempfile
from pathlib import Path

from bench import (
    checks,
    kept,
    load,
    logins,
    machine,
    pacer,
    report,
    runs,
    scale_run,
)
from bench.claims import RUNS
from bench.kept import Found
from bench.machine import Unsuitable
from bench.rounds import Plan
from bench.servers import Failed
from bienvenue import clock

_PATIENCE = 120.0
_ACCOUNTS = 10_000
_ALL = (*RUNS, "micro")
_SEVERAL = {
    "all": _ALL,
    "check": ("profile", "verify", "constant"),
}


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    add = parser.add_argument
    add(
        "what",
        nargs="*",
        choices=[*_SEVERAL, *_ALL, "scale", "pages"],
        default="all",
        help="rows of the table (all); micro: the parts of a session check;"
        " scale: a million users' whole day; pages: write README and docs"
        " from what was kept",
    )
    add("--rounds", type=int, default=4, help="rounds of everything (4)")
    add("--seconds", type=int, default=2, help="of load a round (2)")
    add("--quick", action="store_true", help="one short round, few people")
    add("--markdown", action="store_true", help="print tables for a page")
    add("--keep", action="store_true", help="keep these rows in results/")
    add("--json", type=Path, metavar="FILE", help="where results are kept")
    scale_run.add_arguments(parser)
    chosen = parser.parse_args(given)
    if min(chosen.rounds, chosen.seconds) < 1:
        parser.error("--rounds and --seconds must be 1 or more")
    if chosen.quick and chosen.keep:
        parser.error("one short round is nothing to keep")
    asked = [chosen.what] if isinstance(chosen.what, str) else chosen.what
    chosen.what = [
        each for name in asked for each in _SEVERAL.get(name, (name,))
    ]
    return chosen


def plan_for(chosen: argparse.Namespace, folder: Path) -> Plan:
    """Return what to do, in a folder for the database."""
    quick = chosen.quick
    return Plan(
        database=folder / "bench.db",
        cookies=folder / "session_ids",
        accounts=100 if quick else _ACCOUNTS,
        cores=machine.cores(),
        rounds=1 if quick else chosen.rounds,
        seconds=1 if quick else chosen.seconds,
        each=1 if quick else 24,
        patience=0 if quick else _PATIENCE,
        warm=not quick,
    )


def measure(chosen: argparse.Namespace) -> Found:
    """Measure what was chosen, and say on what, how and when."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        plan = plan_for(chosen, Path(folder))
        method = {
            "rounds": plan.rounds,
            "seconds": plan.seconds,
            "load by": load.generator(),
            "connections": load.CONNECTIONS,
            "login connections": logins.THREADS,
            "session checks a second in a crowd": pacer.RATE,
            "accounts": plan.accounts,
            "sessions": checks.sessions_of(plan),
        }
        found = runs.measure(chosen.what, plan, quick=chosen.quick)
    found.machine = machine.facts()
    found.method = {name: str(value) for name, value in method.items()}
    today = clock.now().date().isoformat()
    found.days = {one.aim: today for one in found.claims}
    return found


def show(chosen: argparse.Namespace, found: Found) -> None:
    """Print the tables, and where and how they were measured."""
    markdown, words = chosen.markdown, []
    if found.rows:
        words.append(report.table(found.rows, markdown=markdown))
    if found.parts:
        words.append(kept.profile(found.parts, markdown=markdown))
    words.append(kept.summary(found, names=chosen.what, markdown=markdown))
    print("\n\n".join(words))
    disturbed = sum(row.disturbed for row in found.rows)
    if disturbed:
        print(f"{disturbed} rounds were disturbed by other processes")


def keep(chosen: argparse.Namespace, found: Found) -> None:
    """Write it to a file, if there is one to write to."""
    whole = set(chosen.what) >= set(_ALL)
    if chosen.json:
        kept.write(found, chosen.json)
    elif chosen.keep or (whole and not chosen.quick):
        kept.write(kept.merged(kept.read(), found))


def main() -> int:
    """Do what the command line asks; return the exit status."""
    chosen = arguments()
    try:
        if "pages" in chosen.what:
            kept.write(kept.read())
            return 0
        if "scale" in chosen.what:
            scale_run.main(chosen)
            return 0
        found = measure(chosen)
    except (Failed, Unsuitable) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    show(chosen, found)
    keep(chosen, found)
    return 1 if found.failed else 0


if __name__ == "__main__":
    sys.exit(main())
