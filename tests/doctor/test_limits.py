"""The doctor at a real Redis."""

from typing import Any

import pytest
import redis

from bienvenue import Settings, clock
from bienvenue.doctor import limits
from bienvenue.doctor.finding import Finding, State
from tests.doctor.support import failures, the_failure, warnings
from tests.redis_server import started
from tests.service import free_port


def examine(url: str) -> list[Finding]:
    found = list(limits.examine(Settings(redis_url=url)))
    assert "hidden" not in f"{found}"
    return found


def test_without_a_redis_there_is_nothing_to_try() -> None:
    (one,) = limits.examine(Settings())
    assert one.state is State.SKIPPED


def test_a_sound_redis_counts_and_keeps_nothing() -> None:
    with started() as server:
        found = examine(server.url)
        assert {each.state for each in found} == {State.OK}
        said = " / ".join(each.said for each in found)
        assert "a limit was counted there, exactly" in said
        assert "Redis 7" in said or "Valkey" in said or "Redis 8" in said
        assert "agrees with that of Redis" in said
        with redis.Redis.from_url(server.url) as client:
            assert client.keys() == []


def test_a_redis_that_may_forget_is_warned_of() -> None:
    with started() as server, redis.Redis.from_url(server.url) as client:
        client.config_set("maxmemory-policy", "allkeys-lru")
        (one,) = warnings(examine(server.url))
        assert "allkeys-lru" in one.said
        client.config_set("maxmemory-policy", "volatile-ttl")
        assert warnings(examine(server.url)) == []


def test_a_replica_is_told() -> None:
    with started() as server, redis.Redis.from_url(server.url) as client:
        client.replicaof("127.0.0.1", free_port())
        found = failures(examine(server.url))
        assert "it is a replica" in found[0].said
        assert all("primary" in (each.fix or "") for each in found)


def test_a_password_that_is_lacking_or_wrong() -> None:
    with started() as server, redis.Redis.from_url(server.url) as client:
        client.config_set("requirepass", "hidden right")
        for url in (server.url, f"{server.url}?password=hidden wrong"):
            one = the_failure(examine(url))
            assert "AuthenticationError" in one.said
            assert "password" in (one.fix or "")


def test_a_user_who_may_not_count() -> None:
    with started() as server, redis.Redis.from_url(server.url) as client:
        client.acl_setuser(
            "poor",
            enabled=True,
            nopass=True,
            commands=["+ping", "+info"],
            keys=["*"],
        )
        path = server.url.removeprefix("unix://")
        one = the_failure(examine(f"unix://poor:x@{path}"))
        assert "NoPermissionError" in one.said
        assert "EVALSHA" in (one.fix or "")


def test_a_clock_that_is_wrong_is_told() -> None:
    with started() as server:
        later = clock.to_datetime(clock.now_us() + 100_000_000)
        with clock.frozen(later):
            one = the_failure(examine(server.url))
    assert one.check == "clock"
    assert "behind this machine's" in one.said


def test_one_that_is_away_or_no_url() -> None:
    away = the_failure(examine(f"redis://me:hidden@127.0.0.1:{free_port()}"))
    assert "ConnectionError" in away.said
    assert "each process counts for itself" in away.said
    one = the_failure(examine("http://me:hidden@redis/"))
    assert "is no redis://" in one.said


@pytest.mark.parametrize(
    ("info", "state"),
    [
        ({"redis_version": "6.2.14"}, State.WARNING),
        ({"redis_version": "7.0.15"}, State.OK),
        ({"redis_version": "7.2.4", "valkey_version": "8.1.3"}, State.OK),
        ({}, State.WARNING),
    ],
)
def test_an_older_one_is_warned_of(info: dict[str, Any], state: State) -> None:
    (one,) = limits._server(info)
    assert one.state is state


@pytest.mark.parametrize(
    ("place", "clear"),
    [
        ("redis://10.0.0.7:6379/0", True),
        ("rediss://10.0.0.7:6379/0", False),
        ("redis://localhost/0", False),
        ("redis://[::1]/0", False),
        ("unix:///run/redis.sock", False),
    ],
)
def test_secrets_do_not_cross_a_network_in_the_clear(
    place: str, *, clear: bool
) -> None:
    assert bool(list(limits._in_the_clear(place))) == clear
