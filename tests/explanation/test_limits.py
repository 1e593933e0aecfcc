"""What is found out about limits: in Redis, and where none can look."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import orm

from bienvenue import DB, Auth, Settings, clock, explanation
from bienvenue.client import Client, acting
from bienvenue.errors import (
    InvalidCredentials,
    TooManyAttempts,
)
from bienvenue.explanation import Explanation
from bienvenue.rate_limit import Budget, Refused, Standing, Taken, standing
from bienvenue.rate_limit.memory import MemoryLimiter
from bienvenue.throttle import Throttle
from tests import redis_server

BOB, WORD = "bob@example.com", "b4l0u"
KEY = "a secret key of forty characters in all"
ADDRESS, NETWORK = "192.0.2.7", "192.0.2.7/32"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[DB]:
    """A database with an account."""
    with DB(f"sqlite:///{tmp_path / 'accounts.db'}") as opened:
        Auth(opened, Settings(bcrypt_rounds=4)).register_user(BOB, WORD)
        yield opened


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis of its own."""
    with redis_server.started() as server:
        yield server.url


def fail(auth: Auth, throttle: Throttle, times: int) -> None:
    """Have logins fail, as the routes do it."""
    for _ in range(times):
        with (
            acting(Client(ADDRESS)),
            pytest.raises(InvalidCredentials),
            throttle.login(BOB, NETWORK, ""),
        ):
            auth.log_in(BOB, "wrong")


def told(auth: Auth, address: str = BOB) -> Explanation:
    def look(unit: orm.Session) -> Explanation:
        return explanation.explain(unit, auth.settings, address)

    return auth.db.read(look)


def test_what_redis_counts_is_looked_up(db: DB, redis_url: str) -> None:
    settings = Settings(
        bcrypt_rounds=4,
        secret_key=KEY,
        redis_url=redis_url,
        throttle=True,
        login_failures_per_account=3,
        login_failures_per_network=3,
    )
    auth, throttle = Auth(db, settings), Throttle(settings)
    fail(auth, throttle, 2)
    assert told(auth).login == "works"
    fail(auth, throttle, 1)
    with pytest.raises(TooManyAttempts), throttle.login(BOB, NETWORK, ""):
        raise AssertionError
    found = told(auth)
    assert found.login == "may_fail"
    until = clock.now() + timedelta(minutes=15)
    says = {each.code: each.says for each in found.reasons}
    assert f"until {until:%Y-%m-%d %H}" in says["account_throttled"]
    assert NETWORK in says["network_throttled"]
    assert found.unseen == []
    # Looking changes nothing, and a reset ends it.
    assert told(auth).login == "may_fail"
    with throttle.reset(BOB, NETWORK):
        pass
    assert "account_throttled" not in {e.code for e in told(auth).reasons}
    # An address without an account is limited alike.
    with (
        pytest.raises(InvalidCredentials),
        throttle.login("eve@example.com", "203.0.113.1/32", ""),
    ):
        auth.log_in("eve@example.com", "wrong")
    assert "account_throttled" not in str(told(auth, "eve@example.com"))
    for _ in range(settings.reset_mails_per_account):
        throttle.reset_mail(BOB)
    assert "reset_mails_spent" in {e.code for e in told(auth).reasons}
    throttle.close()


def test_failures_in_a_row(db: DB, redis_url: str) -> None:
    settings = Settings(
        bcrypt_rounds=4,
        secret_key=KEY,
        redis_url=redis_url,
        throttle=True,
        login_failures_in_a_row=2,
    )
    auth, throttle = Auth(db, settings), Throttle(settings)
    fail(auth, throttle, 2)
    found = {each.code: each for each in told(auth).reasons}
    fix = found["account_throttled_for_long"].fix
    assert fix is not None
    assert "reset" in fix
    throttle.close()


def test_without_redis_it_says_what_it_cannot_know(db: DB) -> None:
    settings = Settings(
        bcrypt_rounds=4,
        throttle=True,
        login_failures_per_account=2,
    )
    auth, throttle = Auth(db, settings), Throttle(settings)
    fail(auth, throttle, 1)
    found = told(auth)
    assert found.login == "works"
    assert any("redis_url" in each for each in found.unseen)
    fail(auth, throttle, 1)
    assert told(auth).login == "may_fail"
    with clock.frozen(clock.now() + timedelta(minutes=16)):
        assert told(auth).login == "works"


def test_a_redis_that_is_away(db: DB) -> None:
    away = Settings(
        secret_key=KEY, throttle=True, redis_url="redis://127.0.0.1:1"
    )
    found = told(Auth(db, away))
    assert any("Redis does not answer" in each for each in found.unseen)


def test_where_there_are_no_limits_none_are_told(db: DB) -> None:
    found = told(Auth(db, Settings(throttle=False)))
    assert found.unseen == []


def test_a_standing_is_what_a_limiter_would_answer() -> None:
    budget = Budget("k", 3, 60)
    with clock.frozen() as at:
        limiter, spent = MemoryLimiter(), []
        for _ in range(3):
            assert isinstance(limiter.take([budget]), Taken)
            spent.append(clock.now_us())
            at.advance(seconds=5)
        now = clock.now_us()
        found = standing(budget, spent, [], now)
        assert limiter.take([budget]) == Refused(found.wait_us)
        assert found == Standing(3, 0, 45_000_000)
        at.advance(seconds=45)
        assert standing(budget, spent, [], clock.now_us()).wait_us == 0
        held = [clock.now_us() - 61_000_000, clock.now_us()]
        assert standing(Budget("k", 3, 900), [], held, clock.now_us()) == (
            Standing(1, 1, 0)
        )
