"""How often people may try, so that the limits never serve an attacker.

Guesses are limited by the client's network and by the account.  A device
that has logged in to the account before has budgets of its own instead, so
whoever burns those of the account, or of a shared network, does not lock
the owner out (NIST SP 800-63B-4 3.2.2; OWASP Authentication and Credential
Stuffing Prevention Cheat Sheets).  ``docs/limits.md`` has all the numbers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bienvenue import observing
from bienvenue.config import Settings
from bienvenue.errors import InvalidCredentials, InvalidToken
from bienvenue.observing import Tally
from bienvenue.rate_limit import Budget, Limiter, NullLimiter
from bienvenue.rate_limit.choice import limiter_for
from bienvenue.throttle.budgets import Budgets
from bienvenue.throttle.till import Till


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
        self.limiter = limiter_for(settings) if limiter is None else limiter
        self.enabled = not isinstance(self.limiter, NullLimiter)
        self._till = Till(self.limiter)
        self._budgets = Budgets(settings)

    @contextmanager
    def login(self, email: str, network: str, cookie: str) -> Iterator[None]:
        """Hold what one guess costs while the ``with`` block makes it.

        What was taken is given back unless the block raises
        ``InvalidCredentials``.  Taken beforehand, so that guesses made at
        the same time count like guesses made one after the other.
        """
        of, account = self._budgets.of, self._budgets.account(email)
        row = of("login_failures_in_a_row", account)
        known = self._budgets.of_device(cookie, account, email)
        if not known:
            own = [of("login_failures_per_account", account), row]
            budgets = [of("login_failures_per_network", network), *own]
        else:
            budgets = own = known
        with self._till.holding(budgets, InvalidCredentials):
            yield
        # The owner's own device ends the row of strangers' failures, and
        # does not refill what strangers may spend in this quarter.
        self._till.clear([*own, row])

    def guess_mail(self, email: str) -> bool:
        """Tell whether the owner is to hear of guesses now, and count.

        That is where the account's own budgets have run out, not only those
        of a network or a device.
        """
        of, account = self._budgets.of, self._budgets.account(email)
        own = [
            of("login_failures_per_account", account),
            of("login_failures_in_a_row", account),
        ]
        if not self._till.is_spent(own):
            return False
        return self._till.allows(of("guess_mails_per_account", account))

    @contextmanager
    def reset(
        self, email: str, network: str, cookie: str = ""
    ) -> Iterator[None]:
        """Hold what a try at a reset token costs, like :meth:`login`.

        A reset that works ends every throttling of the account, and of the
        device it was made with.
        """
        budgets = [self._budgets.of("reset_failures_per_network", network)]
        with self._till.holding(budgets, InvalidToken):
            yield
        of, account = self._budgets.of, self._budgets.account(email)
        self._till.clear(
            [
                of("login_failures_per_account", account),
                of("login_failures_in_a_row", account),
                of("reset_mails_per_account", account),
                *self._budgets.of_device(cookie, account, email),
            ]
        )

    def registration(self, network: str) -> None:
        """Count a registration, whatever becomes of it."""
        self._till.take(self._budgets.of("registrations_per_network", network))

    def reset_request(self, network: str) -> None:
        """Count a request for a reset token."""
        setting = "reset_requests_per_network"
        self._till.take(self._budgets.of(setting, network))

    def reset_mail(self, email: str) -> bool:
        """Tell whether the address may be sent one more letter, and count.

        A bool, because nobody is to be told (OWASP Forgot Password).
        """
        return self._may_write_to("reset_mails_per_account", email)

    def verification_request(self, network: str) -> None:
        """Count a request to be sent the link to verify an address."""
        setting = "verification_requests_per_network"
        self._till.take(self._budgets.of(setting, network))

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
        of = self._budgets.of
        budgets = [of("verification_failures_per_network", network)]
        if email:
            account = self._budgets.account(email)
            budgets.append(of("verification_failures_per_account", account))
        with self._till.holding(budgets, InvalidToken):
            yield

    def email_change(self, email: str) -> None:
        """Count a change of the address that an account asks for."""
        account = self._budgets.account(email)
        self._till.take(self._budgets.of("email_changes_per_account", account))

    def remember(self, cookie: str, email: str) -> str:
        """Return the device cookie for after a login to this account."""
        return self._budgets.remember(cookie, email)

    def budgets_of(
        self, email: str, networks: Sequence[str] = ()
    ) -> dict[str, Budget]:
        """Return what bears on a login to an account, to be looked at.

        By the name of the setting, with the network behind a colon where
        it is a network's.
        """
        of, account = self._budgets.of, self._budgets.account(email)
        each = "login_failures_per_network"
        return {
            name: of(name, account)
            for name in (
                "login_failures_per_account",
                "login_failures_in_a_row",
                "reset_mails_per_account",
                "verification_mails_per_account",
            )
        } | {f"{each}:{name}": of(each, name) for name in networks}

    def close(self) -> None:
        """Let go of connections."""
        self.limiter.close()

    def _may_write_to(self, setting: str, email: str) -> bool:
        account = self._budgets.account(email)
        granted = self._till.allows(self._budgets.of(setting, account))
        if not granted:
            observing.tell(Tally.THROTTLED, setting)
        return granted
