"""Whose budgets are whose, and which of them a success or a reset ends."""

import hmac
import json
import logging
from collections.abc import Callable, Sequence

import pytest

from bienvenue import Settings, clock
from bienvenue.errors import (
    Busy,
    InvalidCredentials,
    InvalidToken,
    TooManyAttempts,
)
from bienvenue.rate_limit import Answer, Budget
from bienvenue.rate_limit.memory import MemoryLimiter
from bienvenue.throttle import Throttle
from bienvenue.throttle.budgets import WINDOWS, Budgets

KEY = "k" * 32
BOB, EVE = "bob@example.com", "eve@example.com"


def throttle(**settings: int) -> Throttle:
    chosen = Settings(secret_key=KEY, **settings)
    return Throttle(chosen, MemoryLimiter())


def fails(
    one: Throttle, email: str = BOB, cookie: str = "", network: str = "n"
) -> bool:
    """Guess wrong; tell whether the guess was looked at."""
    judged: list[bool] = []

    def guess() -> None:
        with one.login(email, network, cookie):
            judged.append(True)
            raise InvalidCredentials

    with pytest.raises((InvalidCredentials, TooManyAttempts)):
        guess()
    return bool(judged)


def reset(one: Throttle, email: str = BOB, cookie: str = "") -> None:
    with one.reset(email, "n", cookie):
        pass


def test_each_device_has_budgets_of_its_own() -> None:
    one = throttle(login_failures_per_device=1)
    phone, laptop = one.remember("", BOB), one.remember("", BOB)
    assert fails(one, cookie=phone)
    assert not fails(one, cookie=phone)
    assert fails(one, cookie=laptop)
    assert not fails(one, cookie=laptop)


def test_a_device_of_two_accounts_is_two() -> None:
    one = throttle(login_failures_per_device=1)
    shared = one.remember(one.remember("", BOB), EVE)
    assert fails(one, BOB, shared)
    assert not fails(one, BOB, shared)
    assert fails(one, EVE, shared)


def test_each_device_has_a_row_of_its_own() -> None:
    one = throttle(login_failures_in_a_row=1)
    phone, laptop = one.remember("", BOB), one.remember("", BOB)
    assert fails(one)
    assert fails(one, cookie=phone)
    assert not fails(one, cookie=phone)
    assert fails(one, cookie=laptop)


def test_a_reset_ends_the_failures_of_that_account_alone() -> None:
    for setting in ("login_failures_per_account", "login_failures_in_a_row"):
        one = throttle(**{setting: 1})
        for email in (BOB, EVE):
            assert fails(one, email)
            assert not fails(one, email)
        reset(one)
        assert fails(one, BOB)
        assert not fails(one, EVE)


def test_a_reset_ends_the_letters_of_that_account_alone() -> None:
    one = throttle(reset_mails_per_account=1)
    for email in (BOB, EVE):
        assert one.reset_mail(email) is True
        assert one.reset_mail(email) is False
    reset(one)
    assert one.reset_mail(BOB.upper())
    assert not one.reset_mail(EVE)


def test_a_reset_ends_the_failures_of_the_device_it_was_made_with() -> None:
    for setting in ("login_failures_per_device", "login_failures_in_a_row"):
        one = throttle(**{setting: 1})
        phone, laptop = one.remember("", BOB), one.remember("", BOB)
        for cookie in (phone, laptop):
            assert fails(one, cookie=cookie)
            assert not fails(one, cookie=cookie)
        reset(one, cookie=phone)
        assert fails(one, cookie=phone)
        assert not fails(one, cookie=laptop)


def test_a_reset_that_fails_ends_nothing() -> None:
    one = throttle(login_failures_per_account=1, reset_failures_per_network=1)
    assert fails(one)
    with pytest.raises(InvalidToken), one.reset(BOB, "n"):
        raise InvalidToken
    assert not fails(one)
    with pytest.raises(TooManyAttempts), one.reset(BOB, "n"):
        pytest.fail("it was looked at")
    reset_elsewhere = one.reset(BOB, "m")
    with reset_elsewhere:
        pass
    assert fails(one)


def test_a_known_device_spends_nothing_of_the_network() -> None:
    one = throttle(login_failures_per_network=1)
    phone = one.remember("", BOB)
    assert fails(one, EVE)
    assert not fails(one, EVE)
    assert fails(one, cookie=phone)
    assert fails(one, cookie=phone)


def test_what_is_limited_by_network_is_counted_apart() -> None:
    one = throttle(registrations_per_network=1, reset_requests_per_network=1)
    for network in ("n", "m"):
        for count in (one.registration, one.reset_request):
            count(network)
            with pytest.raises(TooManyAttempts):
                count(network)


def test_accounts_keep_their_names_across_versions() -> None:
    """What processes count together in Redis, they name alike."""

    class Noting(MemoryLimiter):
        def take(self, budgets: Sequence[Budget]) -> Answer:
            seen.extend(budget.key for budget in budgets)
            return super().take(budgets)

    seen: list[str] = []
    one = Throttle(Settings(secret_key=KEY), Noting())
    one.reset_mail("Bob@Example.com")
    key = hmac.digest(KEY.encode(), b"bienvenue throttled accounts", "sha256")
    name = hmac.new(key, BOB.encode(), "sha256").hexdigest()
    assert seen == [f"reset_mails_per_account:{name}"]


def test_devices_keep_their_names_across_versions() -> None:
    one = Budgets(Settings(secret_key=KEY))
    key = hmac.digest(KEY.encode(), b"bienvenue device cookies", "sha256")
    account = one.account(BOB)
    with clock.frozen():
        issued = clock.now_us() // 1_000_000
        note = f"device.{account}.d.{issued}".encode()
        mac = hmac.new(key, note, "sha256").hexdigest()
        assert one._devices.find(f"d.{issued}.{mac}", account) == "d"


def test_any_text_names_an_account() -> None:
    one = throttle(login_failures_per_account=1)
    for email in ("", "\ud800", "\0", "x" * 5000):
        assert fails(one, email)
        assert not fails(one, email)


def test_it_closes_the_limiter_and_says_who_logs(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Closing(MemoryLimiter):
        closed = 0

        def close(self) -> None:
            self.closed += 1

        def take(self, budgets: Sequence[Budget]) -> Answer:
            raise ConnectionError("hunter2")

    limiter = Closing()
    one = Throttle(Settings(), limiter)
    with caplog.at_level(logging.ERROR), pytest.raises(Busy) as caught:
        one.registration("n")
    assert caught.value.__suppress_context__
    (record,) = caplog.records
    assert record.name == "bienvenue.audit"
    told = json.loads(record.getMessage())
    assert told["event"] == "sys_control_failed"
    assert told["detail"] == {"control": "limiter", "error": "ConnectionError"}
    one.close()
    assert limiter.closed == 1


def test_what_cannot_be_cleared_is_no_login() -> None:
    class Stuck(MemoryLimiter):
        def clear(self, budgets: Sequence[Budget]) -> None:
            raise ConnectionError

    one = Throttle(Settings(), Stuck())
    with pytest.raises(Busy), one.login(BOB, "n", ""):
        pass
    with pytest.raises(Busy), one.reset(BOB, "n"):
        pass


def test_a_wait_is_rounded_up_and_a_day_at_most() -> None:
    """RFC 9110 10.2.3: whole seconds."""
    one = throttle(registrations_per_network=1, login_failures_in_a_row=1)

    def told(count: Callable[[], None]) -> int:
        with pytest.raises(TooManyAttempts) as caught:
            count()
        return caught.value.retry_after

    def register() -> None:
        one.registration("n")

    def log_in() -> None:
        with one.login(BOB, "n", ""):
            pytest.fail("it was looked at")

    with clock.frozen() as time:
        register()
        assert told(register) == 3600
        time.advance(seconds=3598, microseconds=999_999)
        assert told(register) == 2
        time.advance(microseconds=1)
        assert told(register) == 1
        time.advance(microseconds=999_999)
        assert told(register) == 1
    with clock.frozen() as time:
        assert fails(one)
        assert told(log_in) == 86_400
        time.advance(days=364, microseconds=1)
        assert told(log_in) == 86_400
        time.advance(seconds=1)
        assert told(log_in) == 86_399


def test_an_interrupt_is_no_failure_of_the_limiter() -> None:
    class Interrupted(MemoryLimiter):
        def take(self, budgets: Sequence[Budget]) -> Answer:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Throttle(Settings(), Interrupted()).registration("n")


def test_the_windows_are_those_of_the_page() -> None:
    """Each in seconds; ``docs/limits.md`` has them in words."""
    assert WINDOWS == {
        "login_failures_per_network": 900,
        "login_failures_per_account": 900,
        "login_failures_per_device": 900,
        "login_failures_in_a_row": 31_536_000,
        "guess_mails_per_account": 86_400,
        "registrations_per_network": 3600,
        "reset_requests_per_network": 3600,
        "reset_mails_per_account": 3600,
        "reset_failures_per_network": 900,
        "verification_requests_per_network": 3600,
        "verification_mails_per_account": 3600,
        "verification_failures_per_network": 900,
        "verification_failures_per_account": 3600,
        "email_changes_per_account": 3600,
    }


@pytest.mark.parametrize("older", ["o" * 32, "p" * 32])
def test_a_device_of_an_older_key_keeps_budgets_of_its_own(
    older: str,
) -> None:
    before = Throttle(Settings(secret_key=older), MemoryLimiter())
    one = Throttle(
        Settings(
            secret_key=KEY,
            secret_keys_old=f"{'o' * 32},{'p' * 32}",
            login_failures_per_device=1,
            login_failures_per_account=1,
        ),
        MemoryLimiter(),
    )
    assert fails(one)
    assert not fails(one)
    phone, laptop = before.remember("", BOB), before.remember("", BOB)
    for cookie in (phone, laptop):
        assert fails(one, cookie=cookie)
        assert not fails(one, cookie=cookie)
    assert not fails(one, cookie=before.remember("", EVE))
    both = one.remember(phone, BOB)
    assert fails(one, cookie=both)  # the new token comes first


@pytest.mark.requirement("NIST-63B-3.2.2-c")
def test_a_success_ends_the_row_and_refills_no_others_budget() -> None:
    one = throttle(login_failures_in_a_row=1)
    phone = one.remember("", BOB)
    assert fails(one)
    assert not fails(one)
    with one.login(BOB, "m", phone):
        pass
    assert fails(one)
    for setting in (
        "login_failures_per_account",
        "login_failures_per_network",
    ):
        one = throttle(**{setting: 1})
        assert fails(one)
        with one.login(BOB, "m", phone):
            pass
        assert not fails(one)


def test_a_success_of_a_stranger_ends_the_failures_of_the_account() -> None:
    for setting in ("login_failures_per_account", "login_failures_in_a_row"):
        one = throttle(**{setting: 2})
        for _ in range(3):
            assert fails(one)
            with one.login(BOB, "n", ""):
                pass
    one = throttle(login_failures_per_network=2)
    assert fails(one, EVE)
    with one.login(BOB, "n", ""):
        pass
    assert fails(one, EVE)
    assert not fails(one, EVE)


def test_each_network_has_a_budget_of_its_own() -> None:
    one = throttle(login_failures_per_network=1)
    for network in ("n", "m"):
        assert fails(one, network=network)
        assert not fails(one, EVE, network=network)


def test_a_reset_ends_the_failures_of_a_device_of_an_older_key() -> None:
    before = Throttle(Settings(secret_key="o" * 32), MemoryLimiter())
    one = Throttle(
        Settings(
            secret_key=KEY,
            secret_keys_old="o" * 32,
            login_failures_per_device=1,
        ),
        MemoryLimiter(),
    )
    phone = before.remember("", BOB)
    assert fails(one, cookie=phone)
    assert not fails(one, cookie=phone)
    reset(one, cookie=phone)
    assert fails(one, cookie=phone)
