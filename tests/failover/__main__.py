"""The whole proof: ``python -m tests.failover [galera] [patroni]``.

Brings each cluster up, breaks it in all the ways there are, and writes one
table, into ``docs/failover.md`` too.  Exits 1 when something was lost that
must not be, or the control, which must lose, did not.
"""

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from bench.machine import facts
from tests.failover import results
from tests.failover.record import Report

ENGINES = ("galera", "patroni")


def main() -> int:
    """Run what is asked for; return the exit status."""
    asked = _asked()
    found = results.kept()
    good = True
    for engine in asked.engine or ENGINES:
        rows, fine = _run(engine, asked.seconds)
        good = good and fine
        found[engine] = {"machine": facts(), "rounds": rows}
    results.keep(found)
    print(results.table(found))
    return 0 if good else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.failover", description=__doc__
    )
    parser.add_argument("engine", nargs="*", help=" or ".join(ENGINES))
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="each lasts at least"
    )
    found = parser.parse_args()
    for engine in found.engine:
        if engine not in ENGINES:
            parser.error(f"there are {' and '.join(ENGINES)}")
    return found


def _run(engine: str, seconds: float) -> tuple[list[dict[str, Any]], bool]:
    rounds = import_module(f"tests.failover.{engine}")
    control = getattr(rounds, "CONTROL", None)
    rows, good = [], True
    with tempfile.TemporaryDirectory() as folder:
        for what, report in rounds.proof(Path(folder), seconds):
            fine = _is_fine(report, must_lose=what == control)
            good = good and fine
            rows.append({"what": what, **report.row()})
            verdict = "ok    " if fine else "FAILED"
            print(f"{verdict} {engine}: {what}", flush=True)
            for fault in [] if fine else report.forbidden():
                print(f"       {fault}", flush=True)
    return rows, good


def _is_fine(report: Report, *, must_lose: bool) -> bool:
    if must_lose:
        return bool(report.lost)
    return not report.forbidden()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except pytest.skip.Exception as missing:
        sys.exit(f"error: {missing}")
