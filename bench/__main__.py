"""``python -m bench``: measure this machine.  See README.md beside it."""

import argparse
import json
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from bench import (
    answers,
    load,
    logins,
    machine,
    memory,
    micro,
    people,
    report,
    scale_run,
)
from bench.answers import Answer
from bench.machine import Unsuitable
from bench.people import Person
from bench.report import Row
from bench.rounds import Plan, Rounds, Sample
from bench.servers import COMMANDS, ROOT, Failed, started

LATEST = ROOT / "bench" / "results" / "latest.json"
_PATIENCE = 45.0
_ACCOUNTS, _SESSIONS = 10_000, 2_000


def arguments(given: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument(
        "what",
        nargs="?",
        choices=["all", "check", "login", "micro", "memory", "scale"],
        default="all",
        help="session checks, logins, the parts of a session check, memory,"
        " or the service with a million users",
    )
    add = parser.add_argument
    add("--rounds", type=int, default=4, help="rounds of everything (4)")
    add("--seconds", type=int, default=2, help="of load a round (2)")
    add("--quick", action="store_true", help="one short round, few people")
    add("--markdown", action="store_true", help="print a table for README")
    add("--json", type=Path, metavar="FILE", help="where results are kept")
    scale_run.add_arguments(parser)
    chosen = parser.parse_args(given)
    if min(chosen.rounds, chosen.seconds) < 1:
        parser.error("--rounds and --seconds must be 1 or more")
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
        each=1 if quick else 5,
        patience=0 if quick else _PATIENCE,
        warm=not quick,
    )


def prepare(plan: Plan, sessions: int) -> None:
    """Make the people, and check every answer that will be counted."""
    signed_in = people.populate(plan.database, plan.accounts, sessions)
    ids = "".join(f"{person.session_id}\n" for person in signed_in)
    plan.cookies.write_text(ids)
    last = {target: _verify(plan, target, signed_in) for target in COMMANDS}
    if last["door"] != last["route"]:
        raise Failed("the door and the route answer differently")


def _verify(plan: Plan, target: str, signed_in: list[Person]) -> Answer:
    with started(target, plan.database, plan.cores) as server:
        return answers.verify(target, server.port, signed_in)


def measure(chosen: argparse.Namespace) -> list[Sample]:
    """Run the rounds and return what they gave."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        plan = plan_for(chosen, Path(folder))
        prepare(plan, 50 if chosen.quick else _SESSIONS)
        rounds = Rounds(plan)
        checks = rounds.checks() if chosen.what != "login" else []
        return checks + (rounds.logins() if chosen.what != "check" else [])


def method(chosen: argparse.Namespace) -> dict[str, object]:
    """Return how it was measured, for whoever reads the results."""
    return {
        "rounds": 1 if chosen.quick else chosen.rounds,
        "seconds": 1 if chosen.quick else chosen.seconds,
        "load": load.generator(),
        "connections": load.CONNECTIONS,
        "login connections": logins.THREADS,
        "accounts": 100 if chosen.quick else _ACCOUNTS,
        "sessions": 50 if chosen.quick else _SESSIONS,
    }


def show(
    chosen: argparse.Namespace, rows: list[Row], facts: dict[str, str]
) -> None:
    """Print the table, what must be reached, and where it was measured."""
    how = method(chosen)
    print(report.table(rows, markdown=chosen.markdown))
    print()
    if not chosen.markdown:
        print("\n".join(report.verdicts(rows)))
        print()
    for name, words in (("machine", facts), ("method", how)):
        text = ", ".join(f"{key} {value}" for key, value in words.items())
        print(f"{name}: {text}")
    disturbed = sum(row.disturbed for row in rows)
    if disturbed:
        print(f"{disturbed} rounds were disturbed by other processes")


def keep(
    chosen: argparse.Namespace, samples: list[Sample], rows: list[Row]
) -> None:
    """Write everything to a file, if there is one to write to."""
    whole = chosen.what == "all" and not chosen.quick
    file: Path | None = chosen.json or (LATEST if whole else None)
    if file is None:
        return
    results = {
        "machine": machine.facts(),
        "method": method(chosen),
        "rows": [asdict(row) for row in rows],
        "samples": [one.as_dict() for one in samples],
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n")


def main() -> int:
    """Do what the command line asks; return the exit status."""
    chosen = arguments()
    try:
        if chosen.what == "micro":
            micro.main(quick=chosen.quick)
            return 0
        if chosen.what == "memory":
            memory.main(quick=chosen.quick, markdown=chosen.markdown)
            return 0
        if chosen.what == "scale":
            scale_run.main(chosen)
            return 0
        samples = measure(chosen)
    except (Failed, Unsuitable) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    rows = report.rows(samples)
    show(chosen, rows, machine.facts())
    keep(chosen, samples, rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
