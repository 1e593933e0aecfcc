"""A process with every library loaded, forked once for each fault.

``python -m tools.mutation.warm LIBRARIES`` runs in a copy of the checkout,
reads one job a line from stdin and writes one verdict a line to stdout, both
as JSON.  Nothing of the project is loaded before the fork, so every child
loads the module with the fault as a new interpreter would.
"""

import contextlib
import importlib
import json
import os
import resource
import signal
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

MEMORY_BYTES = 4 << 30
RESULT = Path(".mutation-result")


def main(arguments: Sequence[str]) -> None:
    """Load what the tests will, then answer one job after the other."""
    # Whoever ends this process ends the child in hand as well.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name in json.loads(Path(arguments[0]).read_text()):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
    sys.dont_write_bytecode = True
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    for line in sys.stdin:
        print(json.dumps(judged(json.loads(line))), flush=True)


def judged(job: dict[str, Any]) -> dict[str, Any]:
    """Put the fault in, run the tests on it, and take it out again."""
    path = Path(job["path"])
    sound = path.read_bytes()
    for compiled in path.parent.glob(f"__pycache__/{path.stem}.*.pyc"):
        compiled.unlink()
    RESULT.unlink(missing_ok=True)
    path.write_text(job["source"], "utf-8")
    try:
        verdict = _run(job)
    finally:
        path.write_bytes(sound)
    killer = RESULT.read_text() if RESULT.exists() else ""
    return {"verdict": verdict, "killer": killer}


def _run(job: dict[str, Any]) -> str:
    pid = os.fork()
    if pid == 0:
        _child(job)
    deadline = time.monotonic() + job["wall_seconds"]
    status, out_of_time = None, False
    # The group of a child that ended lives on with what the child started.
    try:
        while status is None:
            done, code = os.waitpid(pid, os.WNOHANG)
            if done:
                status = code
            elif time.monotonic() > deadline:
                out_of_time = True
                os.killpg(pid, signal.SIGKILL)
                _, status = os.waitpid(pid, 0)
            else:
                time.sleep(0.005)
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
    if out_of_time or os.WIFSIGNALED(status):
        return "timeout"
    return {0: "survived", STILLBORN: "stillborn"}.get(
        os.WEXITSTATUS(status), "killed"
    )


STILLBORN = 77


def _child(job: dict[str, Any]) -> None:
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    quiet = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(quiet, stream)
    cpu = job["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    status = STILLBORN
    with contextlib.suppress(BaseException):
        importlib.import_module(job["module"])
        status = 1
        status = _tests(job["tests"])
    os._exit(status)


def _tests(nodes: Sequence[str]) -> int:
    import hypothesis
    import pytest

    # The same examples each time, and no search for the shortest one.
    hypothesis.settings.register_profile(
        "mutation",
        derandomize=True,
        database=None,
        phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate),
    )
    hypothesis.settings.load_profile("mutation")
    files = dict.fromkeys(node.partition("::")[0] for node in nodes)
    options = "-x -q --no-header --no-summary --tb=no -p no:cacheprovider"
    return int(
        pytest.main([*options.split(), *files], plugins=[Chosen(nodes)])
    )


class Chosen:
    """Runs these tests alone, in this order, and notes which one failed."""

    def __init__(self, nodes: Sequence[str]) -> None:
        """Take the tests by the ids that pytest gives them."""
        self._order = {node: place for place, node in enumerate(nodes)}

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        """Leave out the other tests of the same files."""
        items[:] = sorted(
            (item for item in items if item.nodeid in self._order),
            key=lambda item: self._order[item.nodeid],
        )

    def pytest_runtest_logreport(self, report: Any) -> None:
        """Note the test that killed it."""
        if report.failed and not RESULT.exists():
            RESULT.write_text(report.nodeid)


if __name__ == "__main__":
    main(sys.argv[1:])
