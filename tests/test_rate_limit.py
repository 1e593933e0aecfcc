"""Budgets: exact, together or not at all, in memory and in Redis."""

import logging
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bienvenue import clock
from bienvenue.clock import FrozenClock
from bienvenue.errors import ConfigurationError
from bienvenue.rate_limit import (
    HOLD_US,
    Budget,
    InUse,
    Limiter,
    NullLimiter,
    Refused,
    Taken,
)
from bienvenue.rate_limit.memory import CAPACITY, MemoryLimiter
from bienvenue.rate_limit.redis import RedisLimiter
from tests import redis_server

THREE = Budget("three", 3, 60)
TWO = Budget("two", 2, 3600)
SECOND = 1_000_000


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    with redis_server.started() as server:
        yield server.url


@pytest.fixture(params=["memory", "redis"])
def limiter(request: pytest.FixtureRequest) -> Iterator[Limiter]:
    if request.param == "memory":
        yield MemoryLimiter()
        return
    found = RedisLimiter(request.getfixturevalue("redis_url"))
    found._redis.flushall()
    yield found
    found.close()


@pytest.fixture
def time() -> Iterator[FrozenClock]:
    with clock.frozen() as frozen:
        yield frozen


def granted(limiter: Limiter, *budgets: Budget) -> bool:
    return isinstance(limiter.take(budgets), Taken)


def wait(limiter: Limiter, *budgets: Budget) -> float:
    answer = limiter.take(budgets)
    assert isinstance(answer, Refused)
    return answer.wait_us / SECOND


def test_the_window_moves(limiter: Limiter, time: FrozenClock) -> None:
    for _ in range(3):
        assert granted(limiter, THREE)
        time.advance(seconds=10)
    assert wait(limiter, THREE) == 30
    time.advance(seconds=29.999999)
    assert wait(limiter, THREE) == pytest.approx(0.000001)
    time.advance(microseconds=1)
    assert granted(limiter, THREE)
    assert wait(limiter, THREE) == 10


def test_a_refused_take_costs_nothing(
    limiter: Limiter, time: FrozenClock
) -> None:
    for _ in range(3):
        assert granted(limiter, THREE)
    for _ in range(5):
        assert wait(limiter, TWO, THREE) == 60
        assert wait(limiter, THREE, TWO) == 60
    assert granted(limiter, TWO)
    assert granted(limiter, TWO)
    assert wait(limiter, TWO, THREE) == 3600
    time.advance(seconds=60)
    assert wait(limiter, THREE, TWO) == 3540


def test_a_take_is_given_back_once(
    limiter: Limiter, time: FrozenClock
) -> None:
    first = limiter.take([THREE])
    time.advance(seconds=1)
    kept = [limiter.take([THREE]) for _ in range(2)]
    assert isinstance(first, Taken)
    limiter.give_back([THREE], first)
    limiter.give_back([THREE], first)
    limiter.give_back([TWO], first)
    assert granted(limiter, THREE)
    assert not granted(limiter, THREE)
    assert isinstance(kept[0], Taken)
    limiter.give_back([THREE], kept[0])
    assert granted(limiter, THREE)
    assert not granted(limiter, THREE)


def test_clearing_forgets_that_key_alone(
    limiter: Limiter, time: FrozenClock
) -> None:
    assert granted(limiter, THREE, TWO)
    taken = limiter.take([THREE, TWO])
    assert isinstance(taken, Taken)
    limiter.clear([TWO])
    limiter.give_back([TWO], taken)
    assert granted(limiter, TWO, THREE)
    assert not granted(limiter, THREE)
    assert granted(limiter, TWO)
    assert not granted(limiter, TWO)


def test_a_lowered_amount_holds_at_once(
    limiter: Limiter, time: FrozenClock
) -> None:
    for _ in range(3):
        assert granted(limiter, THREE)
        time.advance(seconds=10)
    assert wait(limiter, Budget("three", 1, 60)) == 50


# -- What is held ----------------------------------------------------------


def held(limiter: Limiter, *budgets: Budget) -> Taken:
    answer = limiter.hold(budgets)
    assert isinstance(answer, Taken)
    return answer


def test_what_is_held_counts_and_is_told_apart(
    limiter: Limiter, time: FrozenClock
) -> None:
    """V15.4.2: what is taken at once is no more than one by one."""
    first = held(limiter, THREE)
    time.advance(microseconds=1)
    assert granted(limiter, THREE)
    second = held(limiter, THREE)
    for _ in range(3):
        assert limiter.take([THREE]) == InUse()
        assert limiter.hold([TWO, THREE]) == InUse()
    limiter.keep([THREE], first)
    assert limiter.hold([THREE]) == InUse()
    limiter.keep([THREE], first)
    assert limiter.hold([THREE]) == InUse()
    limiter.keep([THREE], second)
    assert wait(limiter, THREE) == 60 - 1 / SECOND
    assert [granted(limiter, TWO) for _ in range(3)] == [True, True, False]


def test_what_is_held_comes_back(limiter: Limiter, time: FrozenClock) -> None:
    takes = [held(limiter, THREE, TWO) for _ in range(2)]
    assert limiter.hold([THREE, TWO]) == InUse()
    limiter.give_back([THREE, TWO], takes[0])
    third = held(limiter, THREE, TWO)
    assert limiter.hold([TWO]) == InUse()
    limiter.clear([TWO])
    limiter.keep([THREE, TWO], third)
    limiter.give_back([THREE, TWO], takes[1])
    assert [granted(limiter, TWO) for _ in range(3)] == [True, True, False]
    assert [granted(limiter, THREE) for _ in range(3)] == [True, True, False]


def test_what_is_spent_outweighs_what_is_held(
    limiter: Limiter, time: FrozenClock
) -> None:
    """Who waits as told does not wait for what is given back."""
    held(limiter, THREE)
    assert [granted(limiter, TWO) for _ in range(2)] == [True, True]
    held(limiter, THREE)
    held(limiter, THREE)
    assert wait(limiter, THREE, TWO) == 3600
    assert wait(limiter, TWO, THREE) == 3600


def test_what_is_kept_counts_from_when_it_was_taken(
    limiter: Limiter, time: FrozenClock
) -> None:
    first = held(limiter, THREE)
    time.advance(seconds=10)
    second = held(limiter, THREE)
    time.advance(seconds=10)
    assert granted(limiter, THREE)
    limiter.keep([THREE], second)
    limiter.keep([THREE], first)
    assert wait(limiter, THREE) == 40
    time.advance(seconds=40)
    assert granted(limiter, THREE)
    assert wait(limiter, THREE) == 10
    time.advance(seconds=10)
    assert granted(limiter, THREE)
    assert wait(limiter, THREE) == 10


def test_what_is_kept_takes_its_place_in_time(
    limiter: Limiter, time: FrozenClock
) -> None:
    assert granted(limiter, THREE)
    time.advance(seconds=5)
    between = held(limiter, THREE)
    time.advance(seconds=10)
    assert granted(limiter, THREE)
    limiter.keep([THREE], between)
    time.advance(seconds=45)
    assert granted(limiter, THREE)
    assert wait(limiter, THREE) == 5
    time.advance(seconds=5)
    assert granted(limiter, THREE)
    assert wait(limiter, THREE) == 10


@pytest.mark.parametrize("takes", [1, 2])
def test_what_left_the_window_leaves_room_for_what_is_held(
    limiter: Limiter, time: FrozenClock, takes: int
) -> None:
    for _ in range(takes):
        assert granted(limiter, THREE)
    time.advance(seconds=60)
    for _ in range(3):
        held(limiter, THREE)
    assert limiter.hold([THREE]) == InUse()


def test_what_is_held_too_long_is_spent(
    limiter: Limiter, time: FrozenClock
) -> None:
    """A process that died with a guess in hand gives nobody another."""
    first, second = held(limiter, TWO), held(limiter, TWO)
    time.advance(microseconds=HOLD_US - 1)
    assert limiter.hold([TWO]) == InUse()
    time.advance(microseconds=1)
    assert wait(limiter, TWO) == 3540
    limiter.keep([TWO], first)
    limiter.keep([TWO], second)
    assert wait(limiter, TWO) == 3540
    limiter.give_back([TWO], first)  # it came back after all
    assert granted(limiter, TWO)
    assert wait(limiter, TWO) == 3540
    assert HOLD_US == 60 * SECOND


def test_what_is_held_outlives_no_window(
    limiter: Limiter, time: FrozenClock
) -> None:
    budget = Budget("short", 1, 30)
    held(limiter, budget)
    time.advance(seconds=30)
    assert limiter.hold([budget]) == InUse()
    time.advance(seconds=30)
    assert granted(limiter, budget)


# -- At once ---------------------------------------------------------------


@pytest.mark.requirement("V15.4.1", "V15.4.2")
def test_holding_is_exact_for_sixteen_threads(limiter: Limiter) -> None:
    """Half of what is granted is kept, half of it comes back."""
    budget = Budget("a", 50, 3600)
    start = threading.Barrier(16)
    most = threading.Semaphore(50)
    kept: list[Taken] = []

    def guess() -> None:
        start.wait(30)
        for number in range(20):
            taken = limiter.hold([budget])
            if not isinstance(taken, Taken):
                continue
            assert most.acquire(blocking=False)
            if number % 2:
                kept.append(taken)
                limiter.keep([budget], taken)
            else:
                most.release()
                limiter.give_back([budget], taken)

    threads = [threading.Thread(target=guess) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    left = sum(granted(limiter, budget) for _ in range(60))
    assert len(kept) + left == 50
    assert wait(limiter, budget) > 3500


@pytest.mark.requirement("V15.4.1", "V15.4.2")
def test_exact_for_sixteen_threads(limiter: Limiter) -> None:
    """Shared state is thread-safe; totals are exact."""
    budgets = Budget("a", 50, 3600), Budget("b", 70, 3600)
    start = threading.Barrier(16)
    counts: list[int] = []

    def spend() -> None:
        start.wait(30)
        counts.append(sum(granted(limiter, *budgets) for _ in range(20)))

    threads = [threading.Thread(target=spend) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(counts) == 16
    assert sum(counts) == 50
    left = sum(granted(limiter, budgets[1]) for _ in range(70))
    assert left == 20


@pytest.mark.requirement("V15.4.1")
def test_giving_back_is_exact_for_sixteen_threads(limiter: Limiter) -> None:
    """As many places are free afterwards as before."""
    budget = Budget("a", 4, 3600)
    start = threading.Barrier(16)

    def borrow() -> None:
        start.wait(30)
        for _ in range(20):
            taken = limiter.take([budget])
            if isinstance(taken, Taken):
                limiter.give_back([budget], taken)

    threads = [threading.Thread(target=borrow) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [granted(limiter, budget) for _ in range(5)] == [True] * 4 + [False]


@pytest.mark.requirement("V15.4.1")
def test_in_memory_one_works_at_a_time() -> None:
    limiter = MemoryLimiter()
    taken = held(limiter, THREE)
    for work in (
        lambda: limiter.take([THREE]),
        lambda: limiter.hold([THREE]),
        lambda: limiter.keep([THREE], taken),
        lambda: limiter.give_back([THREE], taken),
        lambda: limiter.clear([THREE]),
    ):
        thread = threading.Thread(target=work, daemon=True)
        with limiter._lock:
            thread.start()
            thread.join(0.05)
            assert thread.is_alive()
        thread.join(30)
        assert not thread.is_alive()


def test_memory_forgets_what_no_longer_counts(time: FrozenClock) -> None:
    limiter = MemoryLimiter()
    assert granted(limiter, THREE)
    assert granted(limiter, TWO)
    assert granted(limiter, TWO)
    time.advance(seconds=60)
    assert wait(limiter, THREE, TWO) == 3540
    assert limiter.keys == 1


def test_memory_has_a_bound(time: FrozenClock) -> None:
    limiter = MemoryLimiter(capacity=3)
    for name in "abcad":
        assert granted(limiter, Budget(name, 2, 60))
    assert limiter.keys == 3
    assert granted(limiter, Budget("b", 1, 60))  # was forgotten
    assert not granted(limiter, Budget("a", 2, 60))  # was used since
    time.advance(seconds=60)
    taken = limiter.take([Budget("a", 2, 60)])
    assert isinstance(taken, Taken)
    limiter.give_back([Budget("a", 2, 60)], taken)
    assert limiter.keys == 2


def test_the_bound_is_the_one_of_the_page() -> None:
    page = Path(__file__).parents[1] / "docs" / "limits.md"
    assert f"at most {CAPACITY:,} budgets" in page.read_text()
    assert MemoryLimiter()._capacity == CAPACITY == 100_000


def test_the_null_limiter_grants_everything() -> None:
    limiter = NullLimiter()
    for _ in range(9):
        assert granted(limiter, Budget("a", 1, 60))
        assert isinstance(limiter.hold([Budget("a", 1, 60)]), Taken)
    assert limiter.take([]) == limiter.hold([]) == Taken(0)
    limiter.keep([], Taken(0))
    limiter.give_back([], Taken(0))
    limiter.clear([])
    limiter.close()


def test_processes_share_what_redis_counts(redis_url: str) -> None:
    one, other = RedisLimiter(redis_url), RedisLimiter(redis_url)
    one._redis.flushall()
    assert [granted(each, TWO) for each in (one, other, one, other)] == [
        True,
        True,
        False,
        False,
    ]
    name = "{bienvenue}:two"
    assert 3500_000 < one._redis.pttl(name) <= 3600_000
    other.clear([TWO])
    taken = held(one, TWO)
    assert 3500_000 < one._redis.pttl(f"{name}:held") <= 3600_000
    assert one._redis.pttl(name) == -2
    other.keep([TWO], taken)
    assert 3500_000 < one._redis.pttl(name) <= 3600_000
    assert one._redis.pttl(f"{name}:held") == -2
    other.give_back([TWO], held(one, TWO))
    assert granted(one, TWO)
    assert not granted(other, TWO)
    one.close()
    other.close()


def test_redis_forgets_each_budget_after_its_own_window(
    redis_url: str,
) -> None:
    limiter = RedisLimiter(redis_url)
    limiter._redis.flushall()
    both = (THREE, TWO)

    def lives(suffix: str = "") -> list[int]:
        names = (f"{{bienvenue}}:{each.key}{suffix}" for each in both)
        # A minute and an hour, within ten seconds.
        return [-(-limiter._redis.pttl(name) // 10_000) for name in names]

    assert granted(limiter, *both)
    assert lives() == [6, 360]
    limiter.clear(both)
    taken = held(limiter, *both)
    assert lives(":held") == [6, 360]
    limiter.keep(both, taken)
    assert lives() == [6, 360]
    limiter.close()


def test_redis_away_means_local_limits(
    time: FrozenClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Limits go on in this process, and the log says so once a minute."""
    with redis_server.started() as server:
        limiter = RedisLimiter(server.url)
        assert granted(limiter, THREE)
        server.end()
        with caplog.at_level(logging.WARNING):
            answers = [granted(limiter, THREE) for _ in range(4)]
            assert answers == [True, True, True, False]
            for _ in range(5):
                time.advance(seconds=10)
                assert not granted(limiter, THREE)
            assert len(caplog.records) == 1
            time.advance(seconds=10)
            taken = limiter.take([THREE])
            assert len(caplog.records) == 2
        assert isinstance(taken, Taken)
        limiter.give_back([THREE], taken)
        assert [granted(limiter, THREE) for _ in range(4)] == answers
        limiter.clear([THREE])
        kept = [held(limiter, THREE) for _ in range(3)]
        assert limiter.hold([THREE]) == InUse()
        for each in kept:
            limiter.keep([THREE], each)
        assert wait(limiter, THREE) == 60
        limiter.clear([THREE])
        assert granted(limiter, THREE)
    assert "Redis is away" in caplog.text
    assert server.url not in caplog.text
    limiter.close()


def test_redis_is_asked_again(redis_url: str, time: FrozenClock) -> None:
    limiter = RedisLimiter(redis_url)
    limiter._redis.flushall()
    limiter._redis.set("{bienvenue}:two", "no list")
    assert [granted(limiter, TWO) for _ in range(3)] == [True, True, False]
    limiter._redis.flushall()
    assert not granted(limiter, TWO)
    time.advance(seconds=5)
    assert granted(limiter, TWO)
    assert limiter._redis.llen("{bienvenue}:two") == 1
    limiter.close()


def test_a_wrong_url_is_named_and_not_repeated() -> None:
    with pytest.raises(ConfigurationError, match="redis_url") as caught:
        RedisLimiter("https://:hunter2@example.com")
    assert "hunter2" not in str(caught.value)
