"""Redis: reached, new enough, and counting exactly."""

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from bienvenue import clock, secret
from bienvenue.config import Settings
from bienvenue.doctor import clocks
from bienvenue.doctor.finding import Finding, failed, ok, skipped, warning
from bienvenue.rate_limit import HOLD_US, redis_scripts

if TYPE_CHECKING:
    from redis import Redis

CHECK = "redis"

_PATIENCE_SECONDS = 2.0
_OLDEST = (7, 0)
_WINDOW_US = 60_000_000
_SLOW = 0.02  # seconds a question; a login waits for it
_NEAR = ("localhost", "127.0.0.1", "::1", None)


def examine(settings: Settings) -> Iterator[Finding]:
    """Ask Redis for what the limits need of it; leaves nothing there."""
    if settings.redis_url is None:
        yield skipped(CHECK, "not used: each process counts for itself")
        return
    try:
        import redis
    except ImportError:
        yield failed(
            CHECK,
            "redis_url is set and the extra is missing",
            "pip install 'bienvenue[redis]'",
        )
        return
    url = settings.redis_url.get_secret_value()
    try:
        with redis.Redis.from_url(
            url,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
        ) as client:
            yield from _answered(client)
    except ValueError:
        yield failed(
            CHECK,
            "redis_url is no redis://, rediss:// or unix:// URL",
            "export BIENVENUE_REDIS_URL=redis://127.0.0.1:6379/0",
        )
    except redis.RedisError as error:
        yield _failure(type(error).__name__)
    else:
        yield from _in_the_clear(url)


def _answered(client: "Redis") -> Iterator[Finding]:
    start = perf_counter()
    client.ping()
    took = perf_counter() - start
    said = f"answers, in {took * 1000:.2f} ms"
    if took > _SLOW:
        yield warning(
            CHECK, f"{said}, for which logins wait", "move it closer"
        )
    else:
        yield ok(CHECK, said)
    yield from _server(client.info())
    yield _scripts(client)
    seconds, microseconds = client.time()
    theirs = seconds + microseconds / 1_000_000
    yield clocks.judge("Redis", theirs - clock.now_us() / 1_000_000)


def _server(info: Any) -> Iterator[Finding]:
    valkey = info.get("valkey_version")
    name = "Valkey" if valkey else "Redis"
    version = str(valkey or info.get("redis_version", "0"))
    parts = tuple(int(part) for part in version.split(".")[:2])
    if parts < _OLDEST:
        yield warning(
            CHECK,
            f"{name} {version} is older than any this was tested on",
            "upgrade it to 7.0 or newer",
        )
    else:
        yield ok(CHECK, f"{name} {version}")
    policy = str(info.get("maxmemory_policy", "noeviction"))
    if policy.startswith("allkeys"):
        yield warning(
            CHECK,
            f"maxmemory-policy is {policy}: when memory is short, counts of"
            " wrong passwords are forgotten first",
            "redis-cli CONFIG SET maxmemory-policy noeviction, and give the"
            " limits a Redis of their own",
        )
    if info.get("role") == "slave":
        yield failed(
            CHECK,
            "it is a replica, which takes no writes",
            "name the primary in redis_url",
        )


def _scripts(client: "Redis") -> Finding:
    """Spend a budget of one, twice: the second take must be refused."""
    key = f"{{bienvenue}}:doctor:{secret.new_token()}"
    keys = [key, f"{key}:held"]
    take = client.register_script(redis_scripts.TAKE)
    try:
        answers = [
            take(keys, [clock.now_us(), HOLD_US, 0, 1, _WINDOW_US])
            for _ in range(2)
        ]
    finally:
        client.delete(*keys)
    if answers[0] == 0 and answers[1] > 0:
        return ok(CHECK, "a limit was counted there, exactly")
    return failed(
        CHECK,
        "a limit of one let two through",
        "see that redis_url leads to one Redis, not to several",
    )


def _in_the_clear(url: str) -> Iterator[Finding]:
    parts = urlsplit(url)
    if parts.scheme == "redis" and parts.hostname not in _NEAR:
        yield warning(
            CHECK,
            "the connection is not encrypted",
            "name it by rediss:// in redis_url",
        )


# By the name of the library's error: its words may quote the URL.
_FIXES = {
    "AuthenticationError": "see the user and the password in redis_url",
    "NoPermissionError": (
        "let the user in redis_url run EVAL, EVALSHA, DEL, INFO and TIME on"
        " keys that begin with {bienvenue}:"
    ),
    "ReadOnlyError": "name the primary in redis_url",
}


def _failure(name: str) -> Finding:
    return failed(
        CHECK,
        f"cannot be used ({name}); meanwhile each process counts for itself",
        _FIXES.get(name, "see that it runs and listens where redis_url says"),
    )
