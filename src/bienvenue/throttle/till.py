"""Where budgets are held, spent and given back; it fails closed.

What a limiter answers becomes an error here, and so does a limiter that
fails: nobody gets past one that cannot count.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bienvenue import audit, observing
from bienvenue.errors import Busy, TooManyAttempts
from bienvenue.events import Event
from bienvenue.observing import Tally
from bienvenue.rate_limit import (
    Answer,
    Budget,
    InUse,
    Limiter,
    Refused,
    Taken,
)
from bienvenue.throttle.budgets import DAY


class Till:
    """Takes from budgets through a limiter; safe to share between threads.

    Every method raises ``Busy`` where the limiter fails.
    """

    def __init__(self, limiter: Limiter) -> None:
        """Have this limiter keep count."""
        self._limiter = limiter

    @contextmanager
    def holding(
        self, budgets: Sequence[Budget], failure: type[Exception]
    ) -> Iterator[None]:
        """Hold one of each budget while the ``with`` block makes an attempt.

        They are spent if it raises ``failure``, and given back otherwise.
        Raises ``TooManyAttempts`` where one has run out, and ``Busy`` where
        what is left of one is held by other attempts.
        """
        taken = self._granted(self._limiter.hold, budgets)
        try:
            yield
        except failure:
            with _FailingClosed():
                self._limiter.keep(budgets, taken)
            raise
        except Exception:  # no guess was judged: full queue, database away
            self._give_back(budgets, taken)
            raise
        self._give_back(budgets, taken)

    def take(self, budget: Budget) -> None:
        """Spend one of a budget; raises as ``holding`` does."""
        self._granted(self._limiter.take, [budget])

    def allows(self, budget: Budget) -> bool:
        """Spend one of a budget; tell whether there was one left."""
        with _FailingClosed():
            return isinstance(self._limiter.take([budget]), Taken)

    def is_spent(self, budgets: Sequence[Budget]) -> bool:
        """Tell whether one of some budgets has run out; spend nothing."""
        with _FailingClosed():
            answer = self._limiter.hold(budgets)
            if isinstance(answer, Taken):
                self._limiter.give_back(budgets, answer)
            return isinstance(answer, Refused)

    def clear(self, budgets: Sequence[Budget]) -> None:
        """Fill budgets up again."""
        with _FailingClosed():
            self._limiter.clear(budgets)

    def _granted(
        self,
        ask: Callable[[Sequence[Budget]], Answer],
        budgets: Sequence[Budget],
    ) -> Taken:
        with _FailingClosed():
            answer = ask(budgets)
        if isinstance(answer, InUse):
            raise Busy
        if isinstance(answer, Refused):
            setting = budgets[0].key.partition(":")[0]
            observing.tell(Tally.THROTTLED, setting)
            seconds = math.ceil(answer.wait_us / 1_000_000)
            raise TooManyAttempts(retry_after=min(seconds, DAY))
        return answer

    def _give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        with _FailingClosed():
            self._limiter.give_back(budgets, taken)


class _FailingClosed:
    """Turns what goes wrong inside into ``Busy``, and logs its type."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, *_rest: object
    ) -> None:
        if kind is not None and issubclass(kind, Exception):
            audit.report(
                Event.CONTROL_FAILED, control="limiter", error=kind.__name__
            )
            raise Busy from None
