"""How often people may try, so that the limits never serve an attacker.

Guesses are limited by the client's network and by the account.  A device
that has logged in to the account before has budgets of its own instead, so
whoever burns those of the account, or of a shared network, does not lock
the owner out (NIST SP 800-63B-4 3.2.2; OWASP Authentication and Credential
Stuffing Prevention Cheat Sheets).  ``docs/limits.md`` has all the numbers.
"""

import hashlib
import hmac
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from bienvenue import address, audit, observing, secret
from bienvenue.config import Settings
from bienvenue.device import DeviceSigner
from bienvenue.errors import (
    Busy,
    InvalidCredentials,
    InvalidToken,
    TooManyAttempts,
)
from bienvenue.events import Event
from bienvenue.observing import Tally
from bienvenue.rate_limit import (
    Answer,
    Budget,
    InUse,
    Limiter,
    NullLimiter,
    Refused,
    Taken,
)
from bienvenue.rate_limit.choice import limiter_for

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
    "verification_requests_per_network": _HOUR,
    "verification_mails_per_account": _HOUR,
    "verification_failures_per_network": _QUARTER,
    "verification_failures_per_account": _HOUR,
    "email_changes_per_account": _HOUR,
}
"""The seconds over which each limit of ``Settings`` counts."""


class Throttle:
    """The limits of one service; safe to share between threads.

    Whatever takes a ``network`` takes what ``client_network.of`` returns.
    Every method raises ``TooManyAttempts`` where a budget has run out, and
    ``Busy`` where what is left of one is held by attempts that are being
    judged, and when the limiter fails: nobody gets past it either way.
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
        self._account_key, self._devices = _under(text)
        self._older = [_under(text) for text in settings.older_secret_keys]

    @contextmanager
    def login(self, email: str, network: str, cookie: str) -> Iterator[None]:
        """Hold what one guess costs while the ``with`` block makes it.

        What was taken is given back unless the block raises
        ``InvalidCredentials``.  Taken beforehand, so that guesses made at
        the same time count like guesses made one after the other.
        """
        account = self._account(email)
        row = self._budget("login_failures_in_a_row", account)
        known = self._of_device(cookie, account, email)
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
                *self._of_device(cookie, account, email),
            ]
        )

    def _of_device(
        self, cookie: str, account: str, email: str
    ) -> list[Budget]:
        """Return the budgets of a known device, none for any other."""
        device = self._devices.find(cookie, account)
        for key, devices in self._older:
            device = device or devices.find(cookie, _named(email, key))
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
        return self._may_write_to("reset_mails_per_account", email)

    def verification_request(self, network: str) -> None:
        """Count a request to be sent the link to verify an address."""
        setting = "verification_requests_per_network"
        self._take([self._budget(setting, network)])

    def verification_mail(self, email: str) -> bool:
        """Tell like :meth:`reset_mail`, of letters about signing up.

        They have a budget of their own: whoever burns it must not keep the
        owner from a reset.
        """
        return self._may_write_to("verification_mails_per_account", email)

    @contextmanager
    def verification(self, network: str, email: str = "") -> Iterator[None]:
        """Hold what a try at a mailed link costs, like :meth:`login`.

        With ``email``, at the code of an account: that can be guessed.
        """
        budgets = [self._budget("verification_failures_per_network", network)]
        if email:
            account = self._account(email)
            budgets.append(
                self._budget("verification_failures_per_account", account)
            )
        with self._holding(budgets, InvalidToken):
            yield

    def email_change(self, email: str) -> None:
        """Count a change of the address that an account asks for."""
        account = self._account(email)
        self._take([self._budget("email_changes_per_account", account)])

    def remember(self, cookie: str, email: str) -> str:
        """Return the device cookie for after a login to this account."""
        return self._devices.add(cookie, self._account(email))

    def budgets_of(
        self, email: str, networks: Sequence[str] = ()
    ) -> dict[str, Budget]:
        """Return what bears on a login to an account, to be looked at.

        By the name of the setting, with the network behind a colon where
        it is a network's.
        """
        account, each = self._account(email), "login_failures_per_network"
        return {
            name: self._budget(name, account)
            for name in (
                "login_failures_per_account",
                "login_failures_in_a_row",
                "reset_mails_per_account",
                "verification_mails_per_account",
            )
        } | {f"{each}:{name}": self._budget(each, name) for name in networks}

    def close(self) -> None:
        """Let go of connections."""
        self.limiter.close()

    @contextmanager
    def _holding(
        self, budgets: Sequence[Budget], failure: type[Exception]
    ) -> Iterator[None]:
        taken = self._granted(self.limiter.hold, budgets)
        try:
            yield
        except failure:
            with _FailingClosed():
                self.limiter.keep(budgets, taken)
            raise
        except Exception:  # no guess was judged: full queue, database away
            self._give_back(budgets, taken)
            raise
        self._give_back(budgets, taken)

    def _may_write_to(self, setting: str, email: str) -> bool:
        budgets = [self._budget(setting, self._account(email))]
        with _FailingClosed():
            granted = isinstance(self.limiter.take(budgets), Taken)
        if not granted:
            observing.tell(Tally.THROTTLED, setting)
        return granted

    def _take(self, budgets: Sequence[Budget]) -> None:
        self._granted(self.limiter.take, budgets)

    def _granted(
        self,
        ask: Callable[[Sequence[Budget]], Answer],
        budgets: Sequence[Budget],
    ) -> Taken:
        with _FailingClosed():
            answer = ask(budgets)
        if isinstance(answer, InUse):
            raise Busy
        if isinstance(answer, Refused):
            setting = budgets[0].key.partition(":")[0]
            observing.tell(Tally.THROTTLED, setting)
            seconds = math.ceil(answer.wait_us / 1_000_000)
            raise TooManyAttempts(retry_after=min(seconds, _DAY))
        return answer

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
        return _named(email, self._account_key)


class _FailingClosed:
    """Turns what goes wrong inside into ``Busy``, and logs its type."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, *_rest: object
    ) -> None:
        if kind is not None and issubclass(kind, Exception):
            audit.report(
                Event.CONTROL_FAILED, control="limiter", error=kind.__name__
            )
            raise Busy from None


def _named(email: str, key: bytes) -> str:
    # The last is the same however a domain was spelled.
    text = address.keys(email)[-1].encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _under(text: str) -> tuple[bytes, DeviceSigner]:
    """Return what accounts are named and devices are known by under a key."""
    devices = DeviceSigner(secret.derive(text, "device cookies"))
    return secret.derive(text, "throttled accounts"), devices
