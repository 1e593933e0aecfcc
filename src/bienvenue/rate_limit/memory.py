"""Budgets in the memory of one process."""

import threading
from collections import OrderedDict
from collections.abc import Sequence

from bienvenue import clock
from bienvenue.rate_limit import Budget, Refused, Taken

CAPACITY = 100_000
"""Keys kept at most, so that nobody can fill the memory with them."""


class MemoryLimiter:
    """Exact within this process, and forgotten when it ends.

    Beyond ``capacity`` keys the one that was left alone longest is
    forgotten first.
    """

    def __init__(self, capacity: int = CAPACITY) -> None:
        """Start with everything unspent."""
        self._capacity = capacity
        self._spent: OrderedDict[str, list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, budgets: Sequence[Budget]) -> Taken | Refused:
        """Take one of each budget, or nothing when one has run out."""
        with self._lock:
            now = clock.now_us()
            wait = max(self._wait(budget, now) for budget in budgets)
            if wait > 0:
                return Refused(wait)
            for budget in budgets:
                self._spend(budget.key, now)
            return Taken(now)

    def give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Undo a take; no effect on what was cleared since."""
        with self._lock:
            for budget in budgets:
                spent = self._spent.get(budget.key)
                if spent and taken.at_us in spent:
                    spent.remove(taken.at_us)
                    self._drop_if_empty(budget.key, spent)

    def clear(self, budgets: Sequence[Budget]) -> None:
        """Forget everything that was taken from these budgets."""
        with self._lock:
            for budget in budgets:
                self._spent.pop(budget.key, None)

    def close(self) -> None:
        """Do nothing: nothing is open."""

    @property
    def keys(self) -> int:
        """How many keys are remembered."""
        return len(self._spent)

    def _wait(self, budget: Budget, now: int) -> int:
        spent = self._spent.get(budget.key)
        if spent is None:
            return 0
        while spent and spent[0] <= now - budget.window_us:
            del spent[0]
        self._drop_if_empty(budget.key, spent)
        if len(spent) < budget.amount:
            return 0
        return spent[len(spent) - budget.amount] + budget.window_us - now

    def _spend(self, key: str, now: int) -> None:
        self._spent.setdefault(key, []).append(now)
        self._spent.move_to_end(key)
        if len(self._spent) > self._capacity:
            self._spent.popitem(last=False)

    def _drop_if_empty(self, key: str, spent: list[int]) -> None:
        if not spent:
            del self._spent[key]
