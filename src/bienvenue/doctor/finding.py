"""What a check found: how it is, in a sentence, and what mends it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How what was looked at is."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; no secret is in it.

    ``fix`` is there for what failed or is warned of: a command, a setting,
    or what to ask of whom.
    """

    check: str
    state: State
    said: str
    fix: str | None = None


def ok(check: str, said: str) -> Finding:
    """Return that something is as it should be."""
    return Finding(check, State.OK, said)


def skipped(check: str, said: str) -> Finding:
    """Return that something was not looked at, and why."""
    return Finding(check, State.SKIPPED, said)


def warning(check: str, said: str, fix: str) -> Finding:
    """Return that something works and could be better."""
    return Finding(check, State.WARNING, said, fix)


def failed(check: str, said: str, fix: str) -> Finding:
    """Return that something does not work."""
    return Finding(check, State.FAILED, said, fix)
