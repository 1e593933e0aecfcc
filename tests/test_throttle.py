"""Device tokens, networks and the limiter's own failures."""

import hmac
import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime

import pytest

from bienvenue import Settings, client_network, clock
from bienvenue.device import LIFETIME_SECONDS, MAX_TOKENS, DeviceSigner
from bienvenue.errors import (
    Busy,
    ConfigurationError,
    InvalidCredentials,
    InvalidToken,
    TooManyAttempts,
)
from bienvenue.rate_limit import Answer, Budget, NullLimiter, Taken
from bienvenue.rate_limit.memory import MemoryLimiter
from bienvenue.rate_limit.redis import RedisLimiter
from bienvenue.throttle import Throttle
from bienvenue.throttle.budgets import Budgets

KEY = "k" * 32
SIGNER = DeviceSigner(b"a" * 32)


@pytest.mark.requirement("V15.3.4")
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


def test_an_older_token_of_the_same_account_goes() -> None:
    once = SIGNER.add("", "bob")
    both = SIGNER.add(once, "eve")
    again = SIGNER.add(both, "bob")
    assert len(again) == len(both)
    assert once not in again
    assert SIGNER.find(again, "bob") != SIGNER.find(once, "bob")
    assert SIGNER.find(again, "eve")
    assert again.split(":")[1] == both.split(":")[0]


def test_a_cookie_is_read_within_bounds() -> None:
    """No more tokens are looked at, and no longer cookie, than are made."""
    good = SIGNER.add("", "bob")
    assert SIGNER.find("x:" * 4 + good, "bob")
    assert SIGNER.find("x:" * 5 + good, "bob") is None
    padding = "x" * (1024 - len(good) - 1)
    assert SIGNER.find(f"{good}:{padding}", "bob")
    assert SIGNER.find(f"{good}:{padding}x", "bob") is None
    assert SIGNER.find(f"{good}:\u00e9", "bob") is None
    assert MAX_TOKENS == 5


def test_tokens_of_an_earlier_version_stay_good() -> None:
    """What is signed, and how, does not change under who has a token."""
    device = "00000000-0000-0000-0000-000000000000"
    issued = 1_700_000_000
    note = f"device.bob.{device}.{issued}".encode()
    mac = hmac.new(b"a" * 32, note, "sha256").hexdigest()
    with clock.frozen(datetime.fromtimestamp(issued, UTC)):
        assert SIGNER.find(f"{device}.{issued}.{mac}", "bob") == device
        made = SIGNER.add("", "bob").split(".")
    assert made[1] == str(issued)


def test_a_token_ends() -> None:
    assert LIFETIME_SECONDS == 31_536_000
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
            Budgets(Settings(secret_key=key, strict=True)) for key in keys
        )
        cookie = first.remember("", "Bob@example.com")
        account = second.account("bob@EXAMPLE.com")
        assert "bob" not in cookie + account
        return second._devices.find(cookie, account) is not None

    both = Budgets(Settings(secret_key=KEY))
    assert both._account_key != both._devices._key != KEY.encode()
    assert kept(KEY, KEY)
    assert not kept(KEY, "x" * 32)
    assert not kept(None, None)


@pytest.mark.requirement("V11.2.2")
def test_a_device_is_known_while_its_key_is_replaced() -> None:
    """Both keys count; new cookies are of the new one, which then stays."""
    old, new, email = "o" * 32, "n" * 32, "Bob@example.com"
    before = Budgets(Settings(secret_key=old, strict=True))
    between = Budgets(
        Settings(secret_key=new, secret_keys_old=old, strict=True)
    )
    after = Budgets(Settings(secret_key=new, strict=True))
    cookie = before.remember("", email)
    for one, known in ((before, 1), (between, 1), (after, 0)):
        account = one.account(email)
        found = one.of_device(cookie, account, email)
        assert bool(found) == known
    cookie = between.remember(cookie, email)
    assert after.of_device(cookie, after.account(email), email)
    eve = "eve@example.com"
    assert not between.of_device(cookie, between.account(eve), eve)


@pytest.mark.requirement("V11.2.3")
@pytest.mark.parametrize("keys", ["short", "o" * 32 + ",short", "o" * 31])
def test_an_older_key_is_as_long_as_a_new_one(keys: str) -> None:
    with pytest.raises(ConfigurationError, match="secret_keys_old") as caught:
        Settings(secret_keys_old=keys)
    assert keys not in str(caught.value)


@pytest.mark.requirement("RFC9110-429")
def test_who_waits_as_told_waits_long_enough() -> None:
    """Retry-After is rounded up to whole seconds."""
    throttle = Throttle(Settings(registrations_per_network=1), MemoryLimiter())
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

    def take(self, budgets: Sequence[Budget]) -> Answer:
        raise RuntimeError("hunter2")

    def hold(self, budgets: Sequence[Budget]) -> Answer:
        raise RuntimeError("hunter2")


class BrokenLater(MemoryLimiter):
    """Fails once a guess is judged."""

    def keep(self, budgets: Sequence[Budget], taken: Taken) -> None:
        raise RuntimeError("hunter2")

    def give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        raise RuntimeError("hunter2")


@pytest.mark.requirement("V16.3.4", "V16.5.3", "NIST-63B-3.2.2-a")
def test_a_broken_limiter_lets_nobody_in(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """No failure opens the way to more guesses."""
    throttle = Throttle(Settings(), Broken())
    with caplog.at_level(logging.ERROR):
        with pytest.raises(Busy), throttle.login("b@example.com", "n", ""):
            pytest.fail("a guess was judged")
        with pytest.raises(Busy):
            throttle.registration("n")
        with pytest.raises(Busy):
            throttle.reset_mail("b@example.com")
    assert '"event":"sys_control_failed"' in caplog.text
    assert '"error":"RuntimeError"' in caplog.text
    assert "hunter2" not in caplog.text


def test_a_limiter_that_breaks_later_forgets_no_guess() -> None:
    settings = Settings(login_failures_per_account=2)
    throttle = Throttle(settings, BrokenLater())
    with pytest.raises(Busy), throttle.login("b@example.com", "n", ""):
        raise InvalidCredentials
    with pytest.raises(Busy), throttle.login("b@example.com", "n", ""):
        raise OSError
    with pytest.raises(Busy), throttle.login("b@example.com", "n", ""):
        pytest.fail("a guess was judged")


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


def test_what_is_being_judged_is_no_failure() -> None:
    """Right passwords at once: one more is told to come back at once.

    Only failures that were judged make anyone wait for long.
    """
    throttle = Throttle(
        Settings(login_failures_per_account=3), MemoryLimiter()
    )

    def login() -> AbstractContextManager[None]:
        return throttle.login("b@example.com", "n", "")

    with clock.frozen():
        for _ in range(3):
            with ExitStack() as judged:
                for _ in range(3):
                    judged.enter_context(login())
                with pytest.raises(Busy), login():
                    pytest.fail("a fourth was judged")
        for _ in range(3):
            with pytest.raises(InvalidCredentials), login():
                raise InvalidCredentials
        with pytest.raises(TooManyAttempts) as caught, login():
            pytest.fail("a fourth was judged")
        assert caught.value.retry_after == 900


def test_reset_tokens_are_held_while_they_are_judged() -> None:
    throttle = Throttle(
        Settings(reset_failures_per_network=2), MemoryLimiter()
    )

    def reset() -> AbstractContextManager[None]:
        return throttle.reset("b@example.com", "n")

    with pytest.raises(InvalidToken), reset():
        raise InvalidToken
    with reset(), pytest.raises(Busy), reset():
        pytest.fail("a third was judged")
    with pytest.raises(InvalidToken), reset():
        raise InvalidToken
    with pytest.raises(TooManyAttempts), reset():
        pytest.fail("a third was judged")


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
    with pytest.raises(ConfigurationError) as keyless:
        Throttle(settings)
    assert str(keyless.value) == (
        "redis_url: needs secret_key, which all that share it agree on"
    )
    monkeypatch.setitem(sys.modules, "bienvenue.rate_limit.redis", None)
    settings = Settings(
        strict=True, redis_url="redis://localhost:1", secret_key=KEY
    )
    with pytest.raises(ConfigurationError) as bare:
        Throttle(settings)
    assert str(bare.value) == (
        "redis_url: needs the extra: pip install 'bienvenue[redis]'"
    )
    assert bare.value.__suppress_context__
