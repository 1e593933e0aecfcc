"""How often people may try, so that the limits never serve an attacker.

Guesses are limited by the client's network and by the account.  A device
that has logged in to the account before has budgets of its own instead, so
whoever burns those of the account, or of a shared network, does not lock
the owner out (NIST SP 800-63B-4 3.2.2; OWASP Authentication and Credential
Stuffing Prevention Cheat Sheets).  ``docs/limits.md`` has all the numbers.
"""

import hashlib
import hmac
import logging
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bienvenue import address, secret
from bienvenue.config import Settings
from bienvenue.device import DeviceSigner
from bienvenue.errors import (
    Busy,
    InvalidCredentials,
    InvalidToken,
    TooManyAttempts,
)
from bienvenue.rate_limit import (
    Budget,
    Limiter,
    NullLimiter,
    Refused,
    Taken,
)
from bienvenue.rate_limit.choice import limiter_for

_log = logging.getLogger("bienvenue.throttle")

_QUARTER, _HOUR, _DAY = 15 * 60, 60 * 60, 24 * 60 * 60

WINDOWS = {
    "login_failures_per_network": _QUARTER,
    "login_failures_per_account": _QUARTER,
    "login_failures_per_device": _QUARTER,
    # As good as never: failures in a row are forgotten by a success.
    "login_failures_in_a_row": 365 * _DAY,
    "registrations_per_network": _HOUR,
    "reset_requests_per_network": _HOUR,
    "reset_mails_per_account": _HOUR,
    "reset_failures_per_network": _QUARTER,
}
"""The seconds over which each limit of ``Settings`` counts."""


class Throttle:
    """The limits of one service; safe to share between threads.

    Whatever takes a ``network`` takes what ``client_network.of`` returns.
    Every method raises ``TooManyAttempts`` where a budget has run out, and
    ``Busy`` when the limiter fails: nobody gets past it that way.
    """

    def __init__(
        self, settings: Settings, limiter: Limiter | None = None
    ) -> None:
        """Limit as the settings say.

        Raises ``ConfigurationError`` for a Redis that cannot be used.
        """
        self._settings = settings
        self.limiter = limiter_for(settings) if limiter is None else limiter
        self.enabled = not isinstance(self.limiter, NullLimiter)
        key = settings.secret_key
        # Without a key, one that lasts as long as the process.
        text = key.get_secret_value() if key else secret.new_token()
        self._account_key = _derive(text, "throttled accounts")
        self._devices = DeviceSigner(_derive(text, "device cookies"))

    @contextmanager
    def login(self, email: str, network: str, cookie: str) -> Iterator[None]:
        """Hold what one guess costs while the ``with`` block makes it.

        What was taken is given back unless the block raises
        ``InvalidCredentials``.  Taken beforehand, so that guesses made at
        the same time count like guesses made one after the other.
        """
        account = self._account(email)
        row = self._budget("login_failures_in_a_row", account)
        known = self._of_device(cookie, account)
        if not known:
            own = [self._budget("login_failures_per_account", account), row]
            budgets = [
                self._budget("login_failures_per_network", network),
                *own,
            ]
        else:
            budgets = own = known
        with self._holding(budgets, InvalidCredentials):
            yield
        # The owner's own device ends the row of strangers' failures, and
        # does not refill what strangers may spend in this quarter.
        self._clear([*own, row])

    @contextmanager
    def reset(
        self, email: str, network: str, cookie: str = ""
    ) -> Iterator[None]:
        """Hold what a try at a reset token costs, like :meth:`login`.

        A reset that works ends every throttling of the account, and of the
        device it was made with.
        """
        budgets = [self._budget("reset_failures_per_network", network)]
        with self._holding(budgets, InvalidToken):
            yield
        account = self._account(email)
        self._clear(
            [
                self._budget("login_failures_per_account", account),
                self._budget("login_failures_in_a_row", account),
                self._budget("reset_mails_per_account", account),
                *self._of_device(cookie, account),
            ]
        )

    def _of_device(self, cookie: str, account: str) -> list[Budget]:
        """Return the budgets of a known device, none for any other."""
        device = self._devices.find(cookie, account)
        if device is None:
            return []
        whose = f"{account}:{device}"
        return [
            self._budget("login_failures_per_device", whose),
            self._budget("login_failures_in_a_row", whose),
        ]

    def registration(self, network: str) -> None:
        """Count a registration, whatever becomes of it."""
        self._take([self._budget("registrations_per_network", network)])

    def reset_request(self, network: str) -> None:
        """Count a request for a reset token."""
        self._take([self._budget("reset_requests_per_network", network)])

    def reset_mail(self, email: str) -> bool:
        """Tell whether the address may be sent one more letter, and count.

        A bool, because nobody is to be told (OWASP Forgot Password).
        """
        account = self._account(email)
        budgets = [self._budget("reset_mails_per_account", account)]
        return isinstance(self._ask(budgets), Taken)

    def remember(self, cookie: str, email: str) -> str:
        """Return the device cookie for after a login to this account."""
        return self._devices.add(cookie, self._account(email))

    def close(self) -> None:
        """Let go of connections."""
        self.limiter.close()

    @contextmanager
    def _holding(
        self, budgets: Sequence[Budget], failure: type[Exception]
    ) -> Iterator[None]:
        taken = self._take(budgets)
        try:
            yield
        except failure:
            raise
        except Exception:  # no guess was judged: full queue, database away
            self._give_back(budgets, taken)
            raise
        self._give_back(budgets, taken)

    def _take(self, budgets: Sequence[Budget]) -> Taken:
        answer = self._ask(budgets)
        if isinstance(answer, Refused):
            seconds = math.ceil(answer.wait_us / 1_000_000)
            raise TooManyAttempts(retry_after=min(seconds, _DAY))
        return answer

    def _ask(self, budgets: Sequence[Budget]) -> Taken | Refused:
        with _FailingClosed():
            return self.limiter.take(budgets)

    def _give_back(self, budgets: Sequence[Budget], taken: Taken) -> None:
        with _FailingClosed():
            self.limiter.give_back(budgets, taken)

    def _clear(self, budgets: Sequence[Budget]) -> None:
        with _FailingClosed():
            self.limiter.clear(budgets)

    def _budget(self, setting: str, whose: str) -> Budget:
        amount: int = getattr(self._settings, setting)
        return Budget(f"{setting}:{whose}", amount, WINDOWS[setting])

    def _account(self, email: str) -> str:
        """Name an account, known or not, without holding its address."""
        text = address.key(email).encode("utf-8", "surrogatepass")
        return hmac.new(self._account_key, text, hashlib.sha256).hexdigest()


class _FailingClosed:
    """Turns whatever goes wrong inside into ``Busy``, and logs its type."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, *_rest: object
    ) -> None:
        if kind is not None and issubclass(kind, Exception):
            _log.error("the limiter failed: %s", kind.__name__)
            raise Busy from None


def _derive(key: str, purpose: str) -> bytes:
    note = f"bienvenue {purpose}".encode()
    return hmac.new(key.encode(), note, hashlib.sha256).digest()
