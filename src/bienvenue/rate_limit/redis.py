"""Budgets that several processes share, in Redis (7.0 or newer).

Needs the extra ``redis``; nothing else imports this module.  Each take is
one script, so it is exact however many processes ask.  The time is that of
whoever asks: machines that share a Redis keep their clocks right.
"""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

from redis import Redis, RedisError
from redis.backoff import NoBackoff
from redis.retry import Retry

from bienvenue import clock, observing
from bienvenue.errors import ConfigurationError
from bienvenue.observing import Tally
from bienvenue.rate_limit import (
    HOLD_US,
    Answer,
    Budget,
    InUse,
    Refused,
    Standing,
    Taken,
    redis_scripts,
    standing,
)
from bienvenue.rate_limit.memory import MemoryLimiter

R = TypeVar("R")

_log = logging.getLogger("bienvenue.rate_limit")
_PREFIX = "{bienvenue}:"  # in braces: a cluster keeps them in one place
_PATIENCE_SECONDS = 0.5
_AWAY_US = 5_000_000
_LOG_EVERY_US = 60_000_000


class RedisLimiter:
    """Exact over all processes; local limits while Redis is away.

    When Redis does not answer, this process counts for itself, asks again
    after five seconds and says so in the log once a minute.
    """

    def __init__(self, url: str) -> None:
        """Take a ``redis://``, ``rediss://`` or ``unix://`` URL.

        Nothing is connected yet.  Raises ``ConfigurationError`` for a URL
        that is none; it is not repeated, as it may hold a password.
        """
        try:
            self._redis = Redis.from_url(
                url,
                socket_timeout=_PATIENCE_SECONDS,
                socket_connect_timeout=_PATIENCE_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        except ValueError:
            raise ConfigurationError(
                "redis_url: not a redis://, rediss:// or unix:// URL"
            ) from None
        self._take, self._keep, self._give_back = map(
            self._redis.register_script,
            (
                redis_scripts.TAKE,
                redis_scripts.KEEP,
                redis_scripts.GIVE_BACK,
            ),
        )
        self._local = MemoryLimiter()
        self._lock = threading.Lock()
        self._away_until, self._logged_at = 0, -_LOG_EVERY_US

    def take(self, budgets: Sequence[Budget]) -> Answer:
        """Spend one of each budget, or nothing when one has run out."""
        answer = self._enter(budgets, held=False)
        return self._local.take(budgets) if answer is None else answer

    def hold(self, budgets: Sequence[Budget]) -> Answer:
        """Take as ``take`` does, to ``keep`` or to ``give_back``."""
        answer = self._enter(budgets, held=True)
        return self._local.hold(budgets) if answer is None else answer

    def keep(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Spend what is held, wherever it was counted."""
        self._local.keep(budgets, taken)
        windows = [budget.window_us for budget in budgets]
        self._ask(lambda: self._keep(_keys(budgets), [taken.at_us, *windows]))

    def give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        """Undo a take, wherever it was counted."""
        self._local.give_back(budgets, taken)
        self._ask(lambda: self._give_back(_keys(budgets), [taken.at_us]))

    def clear(self, budgets: Sequence[Budget]) -> None:
        """Forget everything that was taken from these budgets."""
        self._local.clear(budgets)
        self._ask(lambda: self._redis.delete(*_keys(budgets)))

    def look(self, budgets: Sequence[Budget]) -> list[Standing] | None:
        """Tell how budgets stand and change nothing; None while away."""
        return self._ask(lambda: [self._look(each) for each in budgets])

    def close(self) -> None:
        """Let go of connections."""
        self._redis.close()

    def _look(self, budget: Budget) -> Standing:
        spent, held = (
            list(map(int, cast(list[bytes], self._redis.lrange(key, 0, -1))))
            for key in _keys([budget])
        )
        return standing(budget, spent, held, clock.now_us())

    def _enter(
        self, budgets: Sequence[Budget], *, held: bool
    ) -> Answer | None:
        """Return how it went, or None while Redis is away."""
        now = clock.now_us()
        arguments: list[int] = [now, HOLD_US, int(held)]
        for budget in budgets:
            arguments += (budget.amount, budget.window_us)
        wait = self._ask(
            lambda: cast(int, self._take(_keys(budgets), arguments))
        )
        if wait is None:
            return None
        if wait < 0:
            return InUse()
        return Refused(wait) if wait > 0 else Taken(now)

    def _ask(self, question: Callable[[], R]) -> R | None:
        """Return Redis's answer, or None while it is away."""
        if clock.now_us() < self._away_until:
            return None
        try:
            return question()
        except RedisError as error:
            self._note_away(error)
            return None

    def _note_away(self, error: RedisError) -> None:
        observing.tell(Tally.LIMITER_FAILED)
        now = clock.now_us()
        with self._lock:
            self._away_until = now + _AWAY_US
            news = now - self._logged_at >= _LOG_EVERY_US
            if news:
                self._logged_at = now
        if news:
            # The type only: the words may quote the URL.
            _log.warning(
                "Redis is away, each process limits for itself: %s",
                type(error).__name__,
            )


def _keys(budgets: Sequence[Budget]) -> list[str]:
    """Return the keys of what is spent, then those of what is held."""
    spent = [_PREFIX + budget.key for budget in budgets]
    return spent + [f"{key}:held" for key in spent]
