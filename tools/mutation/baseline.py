"""The tests without a fault: which lines each runs, and how long it takes."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import coverage

LIBRARIES = ".mutation-libraries.json"
_TIMES = ".mutation-times.json"
_DATA = ".mutation-coverage"
_LONGEST_SECONDS = 900


class TestsFail(Exception):
    """The tests fail without any fault, so they would prove nothing."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What the sound code does: tests of lines by module, and seconds."""

    covering: dict[str, dict[int, set[str]]]
    seconds: dict[str, float]


def run(
    copy: Path, modules: list[str], files: list[str], leave_out: list[str]
) -> Baseline:
    """Run the tests once in a copy; raises ``TestsFail``."""
    (copy / ".mutation-coveragerc").write_text("[run]\n")
    command = [sys.executable, "-m", "pytest", "-q", "--no-header"]
    command += ["-k", " and ".join(f"not {name}" for name in leave_out)]
    command += ["-p", "pytest_cov.plugin", "-p", "tools.mutation.baseline"]
    command += ["--cov=bienvenue", "--cov-context=test", "--cov-report="]
    command += ["--cov-config=.mutation-coveragerc", *files]
    done = subprocess.run(
        command,
        cwd=copy,
        env=environment(copy) | {"COVERAGE_FILE": str(copy / _DATA)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_LONGEST_SECONDS,
    )
    if done.returncode:
        raise TestsFail(done.stdout[-4000:])
    data = coverage.CoverageData(str(copy / _DATA))
    data.read()
    covering: dict[str, dict[int, set[str]]] = {}
    for module in modules:
        contexts = data.contexts_by_lineno(str(copy / module))
        covering[module] = {
            line: {each.rpartition("|")[0] for each in names if each}
            for line, names in contexts.items()
        }
    return Baseline(covering, json.loads((copy / _TIMES).read_text()))


def environment(copy: Path) -> dict[str, str]:
    """Return the environment in which the tests of a copy run."""
    return os.environ | {
        "PYTHONPATH": f"{copy / 'src'}{os.pathsep}{copy}",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "CI": "1",  # a test that cannot run fails
    }


# -- As a plugin of pytest --------------------------------------------------

_seconds: dict[str, float] = defaultdict(float)
_NOT_FIRST = ("pytest_cov", "coverage", "_pytest.", "xdist")


def pytest_runtest_logreport(report: Any) -> None:
    """Add up what a test takes, with what is set up for it."""
    _seconds[report.nodeid] += report.duration


def pytest_sessionfinish() -> None:
    """Write down the times, and which libraries are loaded by now."""
    Path(_TIMES).write_text(json.dumps(_seconds))
    ours = ("bienvenue", "tests", "tools", "conftest", "__main__", "main")
    libraries = [
        name
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] not in ours
        and getattr(module, "__spec__", None) is not None
        and not name.startswith(_NOT_FIRST)
    ]
    Path(LIBRARIES).write_text(json.dumps(libraries))
