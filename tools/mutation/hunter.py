"""A warm process, and what is known of the module it works on."""

import json
import math
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.mutation import baseline
from tools.mutation.places import Mutant
from tools.mutation.record import Result
from tools.mutation.targets import Target


class Hunter:
    """A warm process in a copy of its own; use it from one thread."""

    def __init__(self, copy: Path) -> None:
        """Start it."""
        temporary = copy.parent / f"{copy.name}-tmp"
        temporary.mkdir()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tools.mutation.warm", baseline.LIBRARIES],
            cwd=copy,
            env=baseline.environment(copy) | {"TMPDIR": str(temporary)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def judge(
        self, target: Target, source: str, tests: list[str], seconds: float
    ) -> dict[str, Any]:
        """Run tests that take so long on a source; return the verdict."""
        assert self._process.stdin
        assert self._process.stdout
        job = {
            "path": str(target.path),
            "module": target.module,
            "source": source,
            "tests": tests,
            "cpu_seconds": math.ceil(10 + 5 * seconds),
            "wall_seconds": 30 + 10 * seconds,
        }
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End it, and what it is at."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.terminate()
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()


@dataclass(slots=True)
class Prey:
    """A module, what is known of its tests, and what was found."""

    target: Target
    source: str
    result: Result
    tests: list[str]
    covering: dict[int, set[str]]
    killers: Counter[str]

    def tests_of(self, mutant: Mutant, seconds: dict[str, float]) -> list[str]:
        """Return the tests to run, those first that are likely to notice."""
        wanted: set[str] = set(self.tests)
        if not mutant.loads:
            wanted &= set().union(
                *(self.covering.get(line, set()) for line in mutant.lines)
            )
        return sorted(
            wanted,
            key=lambda test: (-self.killers[test], seconds[test], test),
        )
