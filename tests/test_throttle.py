"""Device tokens, networks and the limiter's own failures."""

import logging
import sys
from collections.abc import Sequence

import pytest

from bienvenue import Settings, client_network, clock
from bienvenue.device import LIFETIME_SECONDS, MAX_TOKENS, DeviceSigner
from bienvenue.errors import (
    Busy,
    ConfigurationError,
    InvalidCredentials,
    TooManyAttempts,
)
from bienvenue.rate_limit import Budget, NullLimiter, Taken
from bienvenue.rate_limit.memory import MemoryLimiter
from bienvenue.rate_limit.redis import RedisLimiter
from bienvenue.throttle import Throttle

KEY = "k" * 32
SIGNER = DeviceSigner(b"a" * 32)


@pytest.mark.parametrize(
    ("remote", "network"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("::FFFF:C000:207", "192.0.2.7/32"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("2001:0DB8:0001:0002:FFFF:ffff:ffff:ffff", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::/64"),
        ("", "unknown"),
        (None, "unknown"),
        ("192.0.2.7, 198.51.100.1", "unknown"),
    ],
)
def test_a_client_is_its_network(remote: str | None, network: str) -> None:
    """V15.3.4: IPv6 by its /64, in canonical form, IPv4-mapped unfolded."""
    assert client_network.of(remote) == network


def test_a_token_is_good_for_its_account_alone() -> None:
    cookie = SIGNER.add("", "bob")
    device = SIGNER.find(cookie, "bob")
    assert device
    assert SIGNER.find(cookie, "eve") is None
    assert DeviceSigner(b"b" * 32).find(cookie, "bob") is None
    assert SIGNER.find(SIGNER.add("", "bob"), "bob") != device


def test_one_cookie_names_the_newest_few_accounts() -> None:
    cookie = ""
    for number in range(MAX_TOKENS + 1):
        cookie = SIGNER.add(cookie, f"account {number}")
    assert SIGNER.find(cookie, "account 0") is None
    for number in range(1, MAX_TOKENS + 1):
        assert SIGNER.find(cookie, f"account {number}")
    before = len(cookie)
    cookie = SIGNER.add(cookie, "account 1")
    assert len(cookie) == before < 1024
    for number in range(1, MAX_TOKENS + 1):
        assert SIGNER.find(cookie, f"account {number}")


def test_a_token_ends() -> None:
    with clock.frozen() as time:
        cookie = SIGNER.add("", "bob")
        time.advance(seconds=LIFETIME_SECONDS - 1)
        assert SIGNER.find(cookie, "bob")
        time.advance(seconds=1)
        assert SIGNER.find(cookie, "bob") is None


def test_a_changed_token_is_none() -> None:
    good = SIGNER.add("", "bob")
    assert SIGNER.find(f"nonsense:{good}", "bob")
    for place, character in enumerate(good):
        other = "0" if character != "0" else "1"
        head, tail = good[:place], good[place:]
        changed = head + other + tail[1:]
        assert SIGNER.find(changed, "bob") is None
    for nonsense in ("", ".", "..", ":::", "a.b.c", "é", "a.1.é", "a.²."):
        assert SIGNER.find(nonsense, "bob") is None
    later = good.replace(".", ".0000000000", 1).replace(".", ".9", 1)
    assert SIGNER.find(later, "bob") is None
    digits = "9" * 1000
    assert SIGNER.find(f"a.{digits}.b", "bob") is None
    assert SIGNER.find(f"{good}:{digits}", "bob") is None


def test_tokens_outlast_a_restart_when_there_is_a_key() -> None:
    def kept(*keys: str | None) -> bool:
        first, second = (
            Throttle(Settings(secret_key=key, strict=True)) for key in keys
        )
        cookie = first.remember("", "Bob@example.com")
        account = second._account("bob@EXAMPLE.com")
        assert "bob" not in cookie + account
        return second._devices.find(cookie, account) is not None

    throttle = Throttle(Settings(secret_key=KEY))
    assert throttle._account_key != throttle._devices._key != KEY.encode()
    assert kept(KEY, KEY)
    assert not kept(KEY, "x" * 32)
    assert not kept(None, None)


def test_who_waits_as_told_waits_long_enough() -> None:
    """RFC9110-429: Retry-After is rounded up to whole seconds."""
    throttle = Throttle(
        Settings(registrations_per_network=1), MemoryLimiter()
    )
    with clock.frozen() as time:
        throttle.registration("n")
        time.advance(seconds=0.5)
        with pytest.raises(TooManyAttempts) as caught:
            throttle.registration("n")
        assert caught.value.retry_after == 3600
        time.advance(seconds=caught.value.retry_after)
        throttle.registration("n")


class Broken(MemoryLimiter):
    """Fails in whatever it is asked."""

    def take(self, budgets: Sequence[Budget]) -> Taken:
        raise RuntimeError("hunter2")


def test_a_broken_limiter_lets_nobody_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """NIST-63B-3.2.2-a: no failure opens the way to more guesses."""
    throttle = Throttle(Settings(), Broken())
    with caplog.at_level(logging.ERROR):
        with pytest.raises(Busy), throttle.login("b@example.com", "n", ""):
            pytest.fail("a guess was judged")
        with pytest.raises(Busy):
            throttle.registration("n")
        with pytest.raises(Busy):
            throttle.reset_mail("b@example.com")
    assert "RuntimeError" in caplog.text
    assert "hunter2" not in caplog.text


def test_only_a_wrong_guess_costs() -> None:
    settings = Settings(login_failures_per_account=1)
    limiter = MemoryLimiter()
    throttle = Throttle(settings, limiter)

    def attempt(error: Exception) -> None:
        with throttle.login("b@example.com", "n", ""):
            raise error

    for _ in range(3):
        with pytest.raises(OSError, match="away"):
            attempt(OSError("the database is away"))
        with pytest.raises(Busy):
            attempt(Busy())
    assert limiter.keys == 0
    with pytest.raises(InvalidCredentials):
        attempt(InvalidCredentials())
    assert limiter.keys == 3


def test_which_limiter() -> None:
    """The classic client scripts never meet a limit in development."""
    url = "redis://localhost:1"
    for settings, kind in (
        (Settings(), NullLimiter),
        (Settings(redis_url=url, secret_key=KEY), NullLimiter),
        (Settings(throttle=True), MemoryLimiter),
        (Settings(strict=True), MemoryLimiter),
        (Settings(profile="production"), MemoryLimiter),
        (Settings(profile="production", throttle=False), NullLimiter),
        (
            Settings(strict=True, redis_url=url, secret_key=KEY),
            RedisLimiter,
        ),
    ):
        throttle = Throttle(settings)
        assert type(throttle.limiter) is kind
        assert throttle.enabled == (kind is not NullLimiter)
        throttle.close()


def test_redis_needs_a_key_that_all_share(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = Settings(strict=True, redis_url="redis://localhost:1")
    with pytest.raises(ConfigurationError, match="secret_key"):
        Throttle(settings)
    monkeypatch.setitem(
        sys.modules, "bienvenue.rate_limit.redis", None
    )
    settings = Settings(
        strict=True, redis_url="redis://localhost:1", secret_key=KEY
    )
    with pytest.raises(ConfigurationError, match="bienvenue\\[redis\\]"):
        Throttle(settings)
