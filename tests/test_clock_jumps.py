"""A clock that steps, forward or back, lengthens nothing and breaks nothing.

Machines wake up, are moved and are corrected: an end is a moment, written
down when it begins, and not a time that is left.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bienvenue import DB, Auth, Settings, clock
from bienvenue.clock import FrozenClock
from bienvenue.courier import Courier
from bienvenue.errors import (
    InvalidCredentials,
    InvalidToken,
    TooManyAttempts,
)
from bienvenue.rate_limit.memory import MemoryLimiter
from bienvenue.throttle import Throttle

EMAIL, PASSWORD = "bob@example.com", "violet lanterns drift"
START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
JUMPS = [-20 * YEAR, -timedelta(hours=2), timedelta(hours=2), 20 * YEAR]


@pytest.fixture
def now() -> Iterator[FrozenClock]:
    with clock.frozen(START) as frozen:
        yield frozen


@pytest.fixture
def auth(
    now: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Auth]:
    with DB("sqlite://") as db:
        auth = Auth(db, Settings(bcrypt_rounds=4))
        # The thread would write at a time of its own choosing.
        monkeypatch.setattr(auth._last_seen._background, "wake", lambda: None)
        auth.register_user(EMAIL, PASSWORD)
        yield auth
        auth.close()


def jump(now: FrozenClock, by: timedelta) -> None:
    now.advance(microseconds=by // timedelta(microseconds=1))


@pytest.mark.requirement("REL-10")
@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_reset_token_ends_when_it_was_to_end(
    auth: Auth, now: FrozenClock, by: timedelta
) -> None:
    token = auth.get_reset_password_token(EMAIL)
    end = clock.now() + timedelta(hours=1)
    for step in (by, -by):
        jump(now, step)
        if clock.now() >= end:
            with pytest.raises(InvalidToken):
                auth.update_password(token, "n3w")
    assert clock.now() == START
    now.advance(hours=1)
    with pytest.raises(InvalidToken):
        auth.update_password(token, "n3w")
    assert auth.valid_login(EMAIL, PASSWORD)


@pytest.mark.requirement("REL-10")
@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_a_session_never_outlasts_its_fixed_end(
    auth: Auth, now: FrozenClock, by: timedelta
) -> None:
    """Not even one that was used under the wrong time."""
    raw = auth.log_in(EMAIL, PASSWORD)
    jump(now, by)
    auth.check_session(raw)
    auth._last_seen.flush()
    jump(now, -by)
    now.advance(days=30)
    assert auth.check_session(raw) is None
    assert auth.get_user_from_session_id(raw) is None
    assert auth.end_session(raw) is False


@pytest.mark.requirement("REL-10", "V7.3.2")
def test_use_under_a_wrong_time_is_capped_too(
    auth: Auth, now: FrozenClock
) -> None:
    """Used while the clock ran weeks ahead, and then it was set right."""
    raw = auth.log_in(EMAIL, PASSWORD)
    for _ in range(4):
        now.advance(days=6)
        assert auth.check_session(raw) is not None
        auth._last_seen.flush()
    now.advance(days=-24)
    assert auth.check_session(raw) is not None
    now.advance(days=30)
    assert auth.check_session(raw) is None


@pytest.mark.requirement("REL-10")
@pytest.mark.parametrize("by", JUMPS, ids=str)
def test_life_goes_on_at_the_new_time(
    auth: Auth, now: FrozenClock, by: timedelta
) -> None:
    auth.request_password_reset(EMAIL)
    jump(now, by)
    raw = auth.log_in(EMAIL, PASSWORD)
    assert auth.check_session(raw) is not None
    auth.update_password(auth.get_reset_password_token(EMAIL), "n3w")
    assert auth.check_session(raw) is None
    auth.request_password_reset(EMAIL)
    courier = Courier(auth.db, auth.settings)
    assert courier.deliver_due() >= 1
    jump(now, -by)
    assert auth.log_in(EMAIL, "n3w")
    courier.deliver_due()


@pytest.mark.requirement("REL-10")
def test_a_step_back_frees_nobody_who_is_throttled(now: FrozenClock) -> None:
    settings = Settings(strict=True, login_failures_per_account=3)
    throttle = Throttle(settings, MemoryLimiter())

    def guess() -> None:
        with throttle.login(EMAIL, "n", ""):
            raise InvalidCredentials

    for _ in range(3):
        with pytest.raises(InvalidCredentials):
            guess()
    for step in (-YEAR, timedelta(days=1), YEAR - timedelta(days=1)):
        with pytest.raises(TooManyAttempts) as caught:
            guess()
        assert 1 <= caught.value.retry_after <= 24 * 60 * 60
        jump(now, step)
    now.advance(minutes=15)
    with pytest.raises(InvalidCredentials):
        guess()
