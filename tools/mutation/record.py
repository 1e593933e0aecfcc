"""What the last run found, module by module, kept in a JSON file."""

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tools.mutation.copies import ROOT
from tools.mutation.targets import Target

FILE = ROOT / "docs" / "security" / "mutation.json"


@dataclass(slots=True)
class Survivor:
    """A fault that no test noticed."""

    scope: str
    line: int
    before: str
    after: str


@dataclass(slots=True)
class Result:
    """What became of the faults of one module."""

    digest: str
    revision: str
    killed: int = 0
    timeouts: int = 0
    stillborn: int = 0
    survivors: list[Survivor] = field(default_factory=list)

    @property
    def mutants(self) -> int:
        """How many count: not those that cannot even be loaded."""
        return self.killed + self.timeouts + len(self.survivors)

    @property
    def percent(self) -> float:
        """How many of them were noticed."""
        if not self.mutants:
            return 100.0
        return 100 * (self.mutants - len(self.survivors)) / self.mutants


def digest(source: str) -> str:
    """Return by what a later reader tells whether the module is the same."""
    return hashlib.sha256(source.encode()).hexdigest()[:16]


def is_stale(target: Target, result: Result) -> bool:
    """Tell whether the module has changed since."""
    return digest(target.source()) != result.digest


def load(file: Path = FILE) -> dict[str, Result]:
    """Return the results by module; none when there is no file yet."""
    if not file.exists():
        return {}
    read = json.loads(file.read_text("utf-8"))
    for one in read.values():
        one["survivors"] = [Survivor(**each) for each in one["survivors"]]
    return {name: Result(**one) for name, one in read.items()}


def save(results: dict[str, Result], file: Path = FILE) -> None:
    """Keep the results."""
    file.parent.mkdir(parents=True, exist_ok=True)
    plain = {name: asdict(results[name]) for name in sorted(results)}
    file.write_text(json.dumps(plain, indent=1) + "\n", "utf-8")


def keep(name: str, result: Result, file: Path = FILE) -> None:
    """Keep the result of one module beside those of the others."""
    save(load(file) | {name: result}, file)
