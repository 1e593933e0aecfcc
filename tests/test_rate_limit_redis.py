"""What the limiter makes of a Redis that is slow, gone, or comes back."""

import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bienvenue import clock
from bienvenue.clock import FrozenClock
from bienvenue.errors import ConfigurationError
from bienvenue.rate_limit import Budget, Taken
from bienvenue.rate_limit.redis import RedisLimiter
from tests import redis_server

TWO = Budget("two", 2, 3600)


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen() as stopped:
        yield stopped


@pytest.fixture
def nowhere() -> Iterator[RedisLimiter]:
    """A limiter whose Redis does not listen."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    limiter = RedisLimiter(f"redis://127.0.0.1:{port}")
    yield limiter
    limiter.close()


def granted(limiter: RedisLimiter, *budgets: Budget) -> bool:
    return isinstance(limiter.take(budgets), Taken)


def test_a_silent_redis_is_asked_once_and_not_for_long() -> None:
    """Asked again, it might count one attempt twice."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        limiter = RedisLimiter(f"redis://127.0.0.1:{silent.getsockname()[1]}")
        began = time.monotonic()
        assert [granted(limiter, TWO) for _ in range(3)] == [True, True, False]
        assert 0.4 < time.monotonic() - began < 5
        limiter.close()
        silent.settimeout(0.2)
        silent.accept()[0].close()
        with pytest.raises(TimeoutError):
            silent.accept()
    patience = limiter._redis.connection_pool.connection_kwargs
    assert patience["socket_connect_timeout"] == 0.5


def test_it_is_asked_again_after_five_seconds(frozen: FrozenClock) -> None:
    with redis_server.started() as server:
        limiter = RedisLimiter(server.url)
        limiter._redis.set("{bienvenue}:two", "no list")
        assert [granted(limiter, TWO) for _ in range(3)] == [True, True, False]
        limiter._redis.flushall()
        frozen.advance(seconds=4, microseconds=999_999)
        assert not granted(limiter, TWO)
        frozen.advance(microseconds=1)
        assert granted(limiter, TWO)
        limiter.close()


def test_the_log_says_so_once_a_minute(
    nowhere: RedisLimiter,
    frozen: FrozenClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        granted(nowhere, TWO)
        frozen.advance(seconds=59, microseconds=999_999)
        granted(nowhere, TWO)
        assert len(caplog.records) == 1
        frozen.advance(seconds=5, microseconds=1)
        granted(nowhere, TWO)
        assert len(caplog.records) == 2
        frozen.advance(seconds=60)
        granted(nowhere, TWO)
    assert len(caplog.records) == 3
    assert {record.name for record in caplog.records} == {
        "bienvenue.rate_limit"
    }
    assert {record.getMessage() for record in caplog.records} == {
        "Redis is away, each process limits for itself: ConnectionError"
    }


def test_a_minute_is_sixty_seconds_and_no_less(
    nowhere: RedisLimiter,
    frozen: FrozenClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        granted(nowhere, TWO)
        frozen.advance(seconds=60)
        granted(nowhere, TWO)
    assert len(caplog.records) == 2


@pytest.mark.requirement("V15.4.1")
def test_threads_agree_on_when_it_went_away(
    nowhere: RedisLimiter, caplog: pytest.LogCaptureFixture
) -> None:
    start = threading.Barrier(16)

    def ask() -> None:
        start.wait(30)
        granted(nowhere, TWO)

    threads = [
        threading.Thread(target=ask, daemon=True) for _ in range(16)
    ]
    with caplog.at_level(logging.WARNING):
        with nowhere._lock:
            for thread in threads:
                thread.start()
            threads[0].join(0.1)
            assert all(thread.is_alive() for thread in threads)
        for thread in threads:
            thread.join(30)
    assert len(caplog.records) == 1
    assert not granted(nowhere, TWO)


def test_it_lets_go_of_its_connections() -> None:
    with redis_server.started() as server:
        limiter, other = RedisLimiter(server.url), RedisLimiter(server.url)
        assert granted(limiter, TWO)
        assert len(other._redis.client_list()) == 2
        limiter.close()
        assert len(other._redis.client_list()) == 1
        other.close()


def test_a_wrong_url_shows_nothing_of_itself() -> None:
    with pytest.raises(ConfigurationError) as caught:
        RedisLimiter("https://:hunter2@example.com")
    assert str(caught.value) == (
        "redis_url: not a redis://, rediss:// or unix:// URL"
    )
    assert caught.value.__suppress_context__
