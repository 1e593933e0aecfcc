"""What the limits say, as far as it can be seen from outside the service.

Where several processes count in Redis it can be looked up.  One that counts
in its memory cannot be asked: there the audit log gives a lower bound.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from typing import Protocol, cast

from bienvenue import clock
from bienvenue.config import Settings
from bienvenue.explanation.reason import Reason, Weight, minute
from bienvenue.rate_limit import Budget, Standing
from bienvenue.throttle import Throttle
from bienvenue.throttle.budgets import WINDOWS

_ACCOUNT = "login_failures_per_account"
_ROW = "login_failures_in_a_row"
_NETWORK = "login_failures_per_network:"
QUARTER = timedelta(seconds=WINDOWS[_ACCOUNT])

_WAYS = (
    "wait until then, sign in from a device that did so before, or reset the"
    " password by mail, which ends it at once"
)

IN_MEMORY = (
    "how much of the limits is spent: each process of the service counts in"
    " its memory (set redis_url to have them count together, and be seen);"
    " what is said here of them is from the audit log"
)
AWAY = (
    "how much of the limits is spent: Redis does not answer, and each process"
    " of the service counts for itself meanwhile"
)


class _Seen(Protocol):
    def look(self, budgets: Sequence[Budget]) -> list[Standing] | None: ...


def of(
    settings: Settings, email: str, networks: Sequence[str], failures: int
) -> tuple[list[Reason], list[str]]:
    """Return what the limits do to a login, and what cannot be known.

    ``networks`` are those that a login failed from lately; ``failures``
    how many did in the last quarter of an hour, by the audit log.
    """
    if not settings.throttled:
        return [], []
    if settings.redis_url is None:
        return list(_by_the_log(settings, failures)), [IN_MEMORY]
    with closing(Throttle(settings)) as throttle:
        budgets = throttle.budgets_of(email, networks)
        limiter = cast(_Seen, throttle.limiter)
        found = limiter.look(list(budgets.values()))
    if found is None:
        return list(_by_the_log(settings, failures)), [AWAY]
    stands = dict(zip(budgets, found, strict=True))
    return list(_judged(budgets, stands)), []


def _by_the_log(settings: Settings, failures: int) -> Iterator[Reason]:
    most = settings.login_failures_per_account
    if not failures:
        return
    spent = failures >= most
    yield Reason(
        "account_throttled" if spent else "account_failures",
        Weight.MAY_STOP if spent else Weight.NOTE,
        f"{failures} logins failed in the last quarter of an hour, of"
        f" {most} that devices may which the account does not know"
        + ("; more are refused (429)" if spent else ""),
        _WAYS.replace("then", "a quarter of an hour is over")
        if spent
        else None,
    )


def _judged(
    budgets: dict[str, Budget], stands: dict[str, Standing]
) -> Iterator[Reason]:
    for name, stand in stands.items():
        if stand.wait_us <= 0:
            continue
        until = minute(clock.now() + timedelta(microseconds=stand.wait_us))
        amount = budgets[name].amount
        if name == _ACCOUNT:
            yield Reason(
                "account_throttled",
                Weight.MAY_STOP,
                f"{stand.spent} wrong passwords in a quarter of an hour, and"
                f" {amount} may be: devices that the account does not know"
                f" are refused (429) until {until}",
                _WAYS,
            )
        elif name == _ROW:
            yield Reason(
                "account_throttled_for_long",
                Weight.MAY_STOP,
                f"{stand.spent} wrong passwords in a row: no device that the"
                " account does not know gets in any more (429)",
                "sign in from a device that did so before, or reset the"
                " password by mail",
            )
        elif name.startswith(_NETWORK):
            network = name.removeprefix(_NETWORK)
            yield Reason(
                "network_throttled",
                Weight.MAY_STOP,
                f"{stand.spent} wrong passwords from the network {network},"
                f" and {amount} may be: it is refused (429) until {until}",
                "wait until then, use another network or a device that"
                " signed in before; login_failures_per_network is the limit",
            )
        else:
            yield Reason(
                name.replace("_per_account", "_spent"),
                Weight.NOTE,
                f"{stand.spent} letters of a kind in an hour, and"
                f" {amount} may be: until {until} no more leave, though the"
                " answer is the usual one",
                f"wait until then; {name} is the limit",
            )
