"""What is unsafe: the setting, why, and what mends it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """A setting that is unsafe, why, and a shell command that mends it."""

    setting: str
    why: str
    fix: str


def is_near(host: str | None) -> bool:
    """Tell whether a host is this machine, or none at all."""
    return host in (None, "localhost", "127.0.0.1", "::1")
