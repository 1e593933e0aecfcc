"""Which modules are mutated, what tests them, which survivors are known."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.mutation.copies import ROOT

SOURCES = Path("src", "bienvenue")
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Target:
    """A module, by its path under ``src/bienvenue``, and its tests."""

    name: str
    tests: tuple[str, ...]

    @property
    def path(self) -> Path:
        """Where it is, from the root of the checkout."""
        return SOURCES / self.name

    @property
    def module(self) -> str:
        """What it is imported as."""
        parts = Path("bienvenue", self.name).with_suffix("").parts
        return ".".join(parts).removesuffix(".__init__")

    def holds(self, node: str) -> bool:
        """Tell whether a test, by its id, is one of those named for it."""
        return any(
            node == test or node.startswith((f"{test}::", f"{test}/"))
            for test in self.tests
        )

    def source(self) -> str:
        """Return the module as it is in the work tree."""
        return (ROOT / self.path).read_text("utf-8")


def load() -> list[Target]:
    """Return every target of ``targets.toml``."""
    return [
        Target(name, tuple(tests))
        for name, tests in _named()["modules"].items()
    ]


def left_out() -> list[str]:
    """Return parts of the names of tests that are not run."""
    return list(_named()["leave_out"])


def chosen(names: Iterable[str]) -> list[Target]:
    """Return the targets of these names, all for none.

    A name is a module or a folder, with or without ``.py``; ValueError for
    one that is neither.
    """
    every, found = load(), []
    for name in names:
        short = name.removeprefix(f"{SOURCES}/").removesuffix(".py")
        fits = [
            each
            for each in every
            if each.name == f"{short}.py"
            or each.name.startswith(f"{short.rstrip('/')}/")
        ]
        if not fits:
            raise ValueError(f"no such target: {name}")
        found += [each for each in fits if each not in found]
    return found or every


def reasons() -> dict[tuple[str, str, str, str], str]:
    """Return why a survivor is accepted, by module, scope and change."""
    listed = tomllib.loads((_HERE / "accepted.toml").read_text("utf-8"))
    return {
        (one["module"], one["scope"], one["before"], one["after"]): one[
            "reason"
        ]
        for one in listed.get("survivor", [])
    }


def _named() -> dict[str, Any]:
    return tomllib.loads((_HERE / "targets.toml").read_text("utf-8"))
