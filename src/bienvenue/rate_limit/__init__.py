"""How often something may happen: budgets, and who keeps count of them.

A moving window, exact: never more than ``amount`` within any ``seconds``,
however many ask at once.  Written here rather than taken from a library
because an attempt that turns out well gives back what it took, several
budgets are taken together or not at all, and time is ``bienvenue.clock``.

What is held for an attempt that is still being judged counts like what is
spent, so that attempts made at once get no further than attempts made one
after the other; but it is told apart, as it may come back at any moment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

HOLD_US = 60_000_000
"""How long an attempt may be judged, in microseconds.

What is held longer counts as spent: its process may be gone, and that must
not be a way to further attempts.
"""


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


@dataclass(frozen=True, slots=True)
class InUse:
    """A take that was refused for what others hold at this moment."""


Answer = Taken | Refused | InUse


@dataclass(frozen=True, slots=True)
class Standing:
    """How a budget stands: what is spent of it, what is held.

    ``wait_us`` is how long until not all of it is spent; 0 where it is not.
    """

    spent: int
    held: int
    wait_us: int


def standing(
    budget: Budget, spent: Sequence[int], held: Sequence[int], now_us: int
) -> Standing:
    """Judge the times of takes, the oldest first; changes nothing."""
    stale = [at for at in held if at <= now_us - HOLD_US]
    counts = sorted(
        at for at in [*spent, *stale] if at > now_us - budget.window_us
    )
    wait = 0
    if len(counts) >= budget.amount:
        wait = counts[-budget.amount] + budget.window_us - now_us
    return Standing(len(counts), len(held) - len(stale), wait)


class Limiter(Protocol):
    """Keeps count; safe to share between threads."""

    def take(self, budgets: Sequence[Budget]) -> Answer:
        """Spend one of each budget, or nothing when one has run out."""

    def hold(self, budgets: Sequence[Budget]) -> Answer:
        """Take as ``take`` does, to ``keep`` or to ``give_back``."""

    def keep(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Spend what is held; no effect on what was cleared since."""

    def give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Undo a take; no effect on what was cleared since."""

    def clear(self, budgets: Sequence[Budget]) -> None:
        """Forget everything that was taken from these budgets."""

    def close(self) -> None:
        """Let go of connections."""


class NullLimiter:
    """Grants everything and counts nothing: development without strict."""

    def take(self, budgets: Sequence[Budget]) -> Answer:
        """Grant it."""
        return Taken(0)

    def hold(self, budgets: Sequence[Budget]) -> Answer:
        """Grant it."""
        return Taken(0)

    def keep(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Do nothing: nothing is counted."""

    def give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Do nothing: nothing was counted."""

    def clear(self, budgets: Sequence[Budget]) -> None:
        """Do nothing: nothing was counted."""

    def close(self) -> None:
        """Do nothing: nothing is open."""
