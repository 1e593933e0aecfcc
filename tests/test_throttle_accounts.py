"""What is counted by account: guesses told of, codes, changes, letters."""

from collections.abc import Iterator, Sequence

import pytest

from bienvenue import Settings, observing
from bienvenue.errors import (
    Busy,
    InvalidCredentials,
    InvalidToken,
    TooManyAttempts,
)
from bienvenue.observing import End, Moment, Tally
from bienvenue.rate_limit import Answer, Budget
from bienvenue.rate_limit.memory import MemoryLimiter
from bienvenue.throttle import Throttle
from bienvenue.throttle.budgets import Budgets

BOB, EVE = "bob@example.com", "eve@example.com"


class Told:
    """Notes which limits are said to have run out."""

    def __init__(self) -> None:
        self.limits: list[str] = []

    def count(self, what: Tally, label: str, by: float) -> None:
        if what is Tally.THROTTLED:
            self.limits.append(label)

    def begin(self, what: Moment, label: str) -> End:
        return lambda _raised: None


@pytest.fixture
def told() -> Iterator[Told]:
    observer = Told()
    observing.add(observer)
    yield observer
    observing.remove(observer)


def throttle(**settings: int) -> Throttle:
    return Throttle(Settings(secret_key="k" * 32, **settings), MemoryLimiter())


def fail(one: Throttle, email: str) -> None:
    with pytest.raises(InvalidCredentials), one.login(email, "n", ""):
        raise InvalidCredentials


@pytest.mark.parametrize(
    "limit", ["login_failures_per_account", "login_failures_in_a_row"]
)
def test_each_owner_is_told_once_their_own_limit_is_reached(
    limit: str,
) -> None:
    one = throttle(**{limit: 2, "guess_mails_per_account": 1})
    for email in (BOB, EVE):
        fail(one, email)
        assert not one.guess_mail(email)
        assert not one.guess_mail(email)  # to ask spends nothing
        fail(one, email)
        assert one.guess_mail(email)
        assert not one.guess_mail(email)


def test_nobody_is_told_where_nothing_can_be_counted() -> None:
    class Broken(MemoryLimiter):
        def hold(self, budgets: Sequence[Budget]) -> Answer:
            raise ConnectionError

    with pytest.raises(Busy):
        Throttle(Settings(), Broken()).guess_mail(BOB)


def test_codes_are_guessed_by_account_from_wherever() -> None:
    one = throttle(verification_failures_per_account=1)

    def guess(email: str, network: str) -> None:
        with one.verification(network, email):
            raise InvalidToken

    for email in (BOB, EVE):
        with pytest.raises(InvalidToken):
            guess(email, "n")
        with pytest.raises(TooManyAttempts):
            guess(email, "m")
    with pytest.raises(InvalidToken):
        guess("", "m")


def test_each_account_changes_its_address_so_often() -> None:
    one = throttle(email_changes_per_account=1)
    for email in (BOB, EVE):
        one.email_change(email)
        with pytest.raises(TooManyAttempts):
            one.email_change(email)


def test_what_bears_on_a_login_is_named_to_be_looked_at() -> None:
    settings = Settings(secret_key="k" * 32)
    one, budgets = Throttle(settings, MemoryLimiter()), Budgets(settings)
    account = budgets.account(BOB)
    by_account = (
        "login_failures_per_account",
        "login_failures_in_a_row",
        "reset_mails_per_account",
        "verification_mails_per_account",
    )
    by_network = "login_failures_per_network"
    assert one.budgets_of(BOB, ["n", "m"]) == {
        **{name: budgets.of(name, account) for name in by_account},
        f"{by_network}:n": budgets.of(by_network, "n"),
        f"{by_network}:m": budgets.of(by_network, "m"),
    }


def test_a_limit_that_runs_out_is_counted_by_its_name(told: Told) -> None:
    one = throttle(reset_mails_per_account=1, registrations_per_network=1)
    one.registration("n")
    assert one.reset_mail(BOB)
    assert told.limits == []
    assert not one.reset_mail(BOB)
    with pytest.raises(TooManyAttempts):
        one.registration("n")
    assert told.limits == [
        "reset_mails_per_account",
        "registrations_per_network",
    ]


def test_an_account_is_one_however_its_domain_is_spelled() -> None:
    budgets = Budgets(Settings(secret_key="k" * 32))
    account = budgets.account("bob@b\u00fccher.example")
    assert account == budgets.account("Bob@XN--Bcher-kva.example")
    assert account != budgets.account("bob@bucher.example")
