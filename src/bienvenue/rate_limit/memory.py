"""Budgets in the memory of one process."""

import threading
from bisect import insort
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from bienvenue import clock
from bienvenue.rate_limit import (
    HOLD_US,
    Answer,
    Budget,
    InUse,
    Refused,
    Taken,
)

CAPACITY = 100_000
"""Keys kept at most, so that nobody can fill the memory with them."""


@dataclass(slots=True)
class _Takes:
    """When the takes of one key were made, oldest first."""

    spent: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)

    def move_on(self, now: int, window_us: int) -> None:
        """Spend what was held too long, forget what left the window."""
        while self.held and self.held[0] <= now - HOLD_US:
            self.keep(self.held[0])
        while self.spent and self.spent[0] <= now - window_us:
            del self.spent[0]

    def keep(self, at_us: int) -> None:
        if at_us in self.held:
            self.held.remove(at_us)
            insort(self.spent, at_us)

    def give_back(self, at_us: int) -> None:
        takes = self.held if at_us in self.held else self.spent
        if at_us in takes:
            takes.remove(at_us)


class MemoryLimiter:
    """Exact within this process, and forgotten when it ends.

    Beyond ``capacity`` keys the one that was left alone longest is
    forgotten first.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Start with everything unspent."""
        self._capacity = capacity
        self._takes: OrderedDict[str, _Takes] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, budgets: Sequence[Budget]) -> Answer:
        """Spend one of each budget, or nothing when one has run out."""
        return self._enter(budgets, held=False)

    def hold(self, budgets: Sequence[Budget]) -> Answer:
        """Take as ``take`` does, to ``keep`` or to ``give_back``."""
        return self._enter(budgets, held=True)

    def keep(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Spend what is held; no effect on what was cleared since."""
        with self._lock:
            for budget in budgets:
                if takes := self._takes.get(budget.key):
                    takes.keep(taken.at_us)

    def give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Undo a take; no effect on what was cleared since."""
        with self._lock:
            for budget in budgets:
                if takes := self._takes.get(budget.key):
                    takes.give_back(taken.at_us)
                    self._drop_if_empty(budget.key, takes)

    def clear(self, budgets: Sequence[Budget]) -> None:
        """Forget everything that was taken from these budgets."""
        with self._lock:
            for budget in budgets:
                self._takes.pop(budget.key, None)

    def close(self) -> None:
        """Do nothing: nothing is open."""

    @property
    def keys(self) -> int:
        """How many keys are remembered."""
        return len(self._takes)

    def _enter(self, budgets: Sequence[Budget], *, held: bool) -> Answer:
        with self._lock:
            now = clock.now_us()
            wait = max(self._wait(budget, now) for budget in budgets)
            if wait > 0:
                return Refused(wait)
            if any(self._is_full(budget) for budget in budgets):
                return InUse()
            for budget in budgets:
                self._add(budget.key, now, held=held)
            return Taken(now)

    def _wait(self, budget: Budget, now: int) -> int:
        """Return how long until not all of a budget is spent."""
        takes = self._takes.get(budget.key)
        if takes is None:
            return 0
        takes.move_on(now, budget.window_us)
        self._drop_if_empty(budget.key, takes)
        spent = takes.spent
        if len(spent) < budget.amount:
            return 0
        return spent[len(spent) - budget.amount] + budget.window_us - now

    def _is_full(self, budget: Budget) -> bool:
        takes = self._takes.get(budget.key)
        if takes is None:
            return False
        return len(takes.spent) + len(takes.held) >= budget.amount

    def _add(self, key: str, now: int, *, held: bool) -> None:
        takes = self._takes.setdefault(key, _Takes())
        insort(takes.held if held else takes.spent, now)
        self._takes.move_to_end(key)
        if len(self._takes) > self._capacity:
            self._takes.popitem(last=False)

    def _drop_if_empty(self, key: str, takes: _Takes) -> None:
        if not takes.spent and not takes.held:
            del self._takes[key]
