"""The end of awaitables whose answers have gone out long before.

Threads send the answers themselves; waking the event loop for each of them
would cost more than the bridge does.  So the loop looks now and then for
what is over.
"""

import asyncio
from collections import deque
from collections.abc import Callable

EVERY = 0.01
"""Seconds between two rounds, while something is expected."""

Future = asyncio.Future[None]


class Reaper:
    """Ends the awaitables that were expected, once their answers are out.

    ``each_round`` is called on the loop before every round.
    """

    def __init__(self, each_round: Callable[[], object] | None = None) -> None:
        """Expect nothing yet."""
        self._each_round = each_round
        self._over: deque[Future] = deque()
        self._expected = 0

    def expect(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look for one answer more; on the loop's thread alone."""
        if not self._expected:
            loop.call_later(EVERY, self._reap, loop)
        self._expected += 1

    def over(self, done: Future) -> None:
        """Say that what this stands for is answered; from any thread."""
        self._over.append(done)

    def _reap(self, loop: asyncio.AbstractEventLoop) -> None:
        try:
            if self._each_round is not None:
                self._each_round()
            while self._over:
                done = self._over.popleft()
                self._expected -= 1
                if not done.done():
                    done.set_result(None)
        finally:  # whatever a round has met, the next one comes
            if self._expected:
                loop.call_later(EVERY, self._reap, loop)
