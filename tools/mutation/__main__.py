"""``python -m tools.mutation [--jobs N] [--stale] [--page] [MODULE ...]``.

Without a module, all of them.  Writes ``docs/security/mutation.json`` and
``mutation.md``.  Exits 1 when less than 90 % of the faults in a module were
noticed, or a survivor has no reason in ``accepted.toml``.

``--stale`` runs nothing and names the modules that changed since their last
run.  ``--page`` runs nothing and writes the page anew.
"""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence

from tools.mutation import record, report, targets
from tools.mutation.baseline import TestsFail
from tools.mutation.copies import ROOT
from tools.mutation.hunt import Hunt
from tools.mutation.record import Result
from tools.mutation.targets import Target

FLOOR_PERCENT = 90


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments say; return the exit status."""
    parser = argparse.ArgumentParser(prog="mutation")
    parser.add_argument("modules", nargs="*", metavar="MODULE")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--stale", action="store_true")
    parser.add_argument("--page", action="store_true")
    asked = parser.parse_args(arguments)
    try:
        wanted = targets.chosen(asked.modules)
    except ValueError as error:
        parser.error(str(error))
    if asked.stale:
        return _stale(wanted, record.load())
    if not asked.page:
        os.nice(5)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
        began = time.monotonic()
        try:
            Hunt(wanted, _revision(), _say, _keep).run(asked.jobs)
        except TestsFail as error:
            _say(str(error))
            return 1
        _say(f"{time.monotonic() - began:.0f} s")
    return _written(record.load())


def _keep(name: str, result: Result) -> None:
    """Write down what was found in a module: the run may be called off."""
    record.keep(name, result)
    text = report.page(record.load(), targets.reasons())
    report.PAGE.write_text(text, "utf-8")


def _written(results: dict[str, Result]) -> int:
    names = {each.name for each in targets.load()}
    results = {name: results[name] for name in results if name in names}
    reasons = targets.reasons()
    record.save(results)
    report.PAGE.write_text(report.page(results, reasons), "utf-8")
    low = [name for name in results if results[name].percent < FLOOR_PERCENT]
    for name in low:
        _say(f"below {FLOOR_PERCENT} %: {name}")
    bare = report.unexplained(results, reasons)
    for module, scope, before, after in bare:
        _say(f"no reason: {module} {scope}\n  - {before}\n  + {after}")
    return 1 if low or bare else 0


def _stale(wanted: list[Target], results: dict[str, Result]) -> int:
    for target in wanted:
        if target.name not in results:
            _say(f"never run: {target.name}")
        elif record.is_stale(target, results[target.name]):
            _say(f"changed since: {target.name}")
    return 0


def _revision() -> str:
    return subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.strip()


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
