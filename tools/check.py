"""Run the project's checks: ``python tools/check.py lint types ...``.

Names of groups on the command line choose what runs: ``lint``, ``types``,
``imports``, ``tests``; none means all.  A step that passes is one line, one
that fails is shown whole.  All of them run, so that one look shows all there
is to mend.  Exits 0 when every step passed, 1 when one did not, 2 for a
group that does not exist.
"""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tools import unsteady  # noqa: E402 - found by the line above

TOOLS = Path(sys.executable).parent
CODE = [
    name
    for name in ("src", "main.py", "bench", "deploy", "tools")
    if (ROOT / name).exists()
]
# Two workers more than there are cores, since tests wait for servers that
# start, die and come back; dozens on a big machine would only crowd it. A
# file stays with one worker, which then starts that file's server once.
WORKERS = min((os.cpu_count() or 1) + 2, 4)
PYTEST = [
    "pytest",
    "--quiet",
    "--no-header",
    f"--numprocesses={WORKERS}",
    "--dist=loadfile",
    "--no-loadscope-reorder",  # tests/conftest.py has an order of its own
    "--cov",
    "--cov-report=term",
    "--durations=40",
]
STEPS: dict[str, list[list[str]]] = {
    "lint": [
        ["ruff", "check", "."],
        ["pycodestyle", *CODE, "tests"],
        ["interrogate", "-vv", "--config=pyproject.toml", *CODE],
    ],
    "types": [["mypy", *CODE, "tests"]],
    "imports": [["lint-imports"]],
    "tests": [PYTEST],
}


def passed(command: Sequence[str]) -> bool:
    """Run one step from the root of the checkout; say how it went.

    The tests speak for themselves, as they go; the other tools are heard
    when they object.
    """
    aloud = command[0] == "pytest"
    began = time.monotonic()
    done = subprocess.run(
        [TOOLS / command[0], *command[1:]],
        cwd=ROOT,
        env=os.environ | {"PATH": f"{TOOLS}{os.pathsep}{os.environ['PATH']}"},
        stdout=None if aloud else subprocess.PIPE,
        stderr=None if aloud else subprocess.STDOUT,
        text=True,
        check=False,
    )
    took = time.monotonic() - began
    good = done.returncode == 0
    if command[0] == "pytest" and done.returncode == 1 and "CI" in os.environ:
        good = unsteady.only(ROOT, [str(TOOLS / "pytest")]) and covered()
    if not good and not aloud:
        print(done.stdout.rstrip())
    verdict = "ok" if good else "FAILED"
    print(f"{verdict:6} {command[0]:14} {took:6.1f} s", flush=True)
    return good


def covered() -> bool:
    """Tell whether the tests that ran reach the coverage there has to be."""
    command = [str(TOOLS / "coverage"), "report", "--format=total"]
    return subprocess.run(command, cwd=ROOT, check=False).returncode == 0


def main(groups: Sequence[str]) -> int:
    """Run the groups that are named, or all; return the exit status."""
    unknown = [group for group in groups if group not in STEPS]
    if unknown:
        print(f"no such group: {unknown[0]}; there are {', '.join(STEPS)}")
        return 2
    steps = [step for group in groups or STEPS for step in STEPS[group]]
    failed = [step[0] for step in steps if not passed(step)]
    if failed:
        print(f"failed: {', '.join(failed)}")
        return 1
    print("all good")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
