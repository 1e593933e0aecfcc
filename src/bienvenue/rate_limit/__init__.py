"""How often something may happen: budgets, and who keeps count of them.

A moving window, exact: never more than ``amount`` within any ``seconds``,
however many ask at once.  Written here rather than taken from a library
because an attempt that turns out well gives back what it took, several
budgets are taken together or not at all, and time is ``bienvenue.clock``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Budget:
    """What one key may spend: ``amount`` within any ``seconds``."""

    key: str
    amount: int
    seconds: int

    @property
    def window_us(self) -> int:
        """The window in microseconds, the unit of the clock."""
        return self.seconds * 1_000_000


@dataclass(frozen=True, slots=True)
class Taken:
    """A successful take: when it was made, in microseconds."""

    at_us: int


@dataclass(frozen=True, slots=True)
class Refused:
    """A take that was refused: how long until it may be granted."""

    wait_us: int


class Limiter(Protocol):
    """Keeps count; safe to share between threads."""

    def take(self, budgets: Sequence[Budget]) -> Taken | Refused:
        """Take one of each budget, or nothing when one has run out."""

    def give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Undo a take; no effect on what was cleared since."""

    def clear(self, budgets: Sequence[Budget]) -> None:
        """Forget everything that was taken from these budgets."""

    def close(self) -> None:
        """Let go of connections."""


class NullLimiter:
    """Grants everything and counts nothing: development without strict."""

    def take(self, budgets: Sequence[Budget]) -> Taken | Refused:
        """Grant it."""
        return Taken(0)

    def give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Do nothing: nothing was counted."""

    def clear(self, budgets: Sequence[Budget]) -> None:
        """Do nothing: nothing was counted."""

    def close(self) -> None:
        """Do nothing: nothing is open."""
