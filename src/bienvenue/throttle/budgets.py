"""Whose budgets there are, what is in them, and for how long.

A budget is a network's, an account's, or that of a device which has logged
in to an account before.  Accounts and devices are named under the secret
key, so that whoever reads the names learns no address.
"""

import hashlib
import hmac

from bienvenue import address, secret
from bienvenue.config import Settings
from bienvenue.device import DeviceSigner
from bienvenue.rate_limit import Budget

_QUARTER, _HOUR, DAY = 15 * 60, 60 * 60, 24 * 60 * 60

WINDOWS = {
    "login_failures_per_network": _QUARTER,
    "login_failures_per_account": _QUARTER,
    "login_failures_per_device": _QUARTER,
    # As good as never: failures in a row are forgotten by a success.
    "login_failures_in_a_row": 365 * DAY,
    "guess_mails_per_account": DAY,
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


class Budgets:
    """The budgets of one service, as its settings say."""

    def __init__(self, settings: Settings) -> None:
        """Name accounts and devices under the key of the settings.

        Without a key, under one that lasts as long as the process.
        """
        self._settings = settings
        key = settings.secret_key
        text = key.get_secret_value() if key else secret.new_token()
        self._account_key, self._devices = _under(text)
        self._older = [_under(text) for text in settings.older_secret_keys]

    def of(self, setting: str, whose: str) -> Budget:
        """Return what a limit leaves to a network, an account or a device."""
        amount: int = getattr(self._settings, setting)
        return Budget(f"{setting}:{whose}", amount, WINDOWS[setting])

    def account(self, email: str) -> str:
        """Name an account, known or not, without holding its address."""
        return _named(email, self._account_key)

    def of_device(self, cookie: str, account: str, email: str) -> list[Budget]:
        """Return the budgets of a known device, none for any other."""
        device = self._devices.find(cookie, account)
        for key, devices in self._older:
            device = device or devices.find(cookie, _named(email, key))
        if device is None:
            return []
        whose = f"{account}:{device}"
        return [
            self.of("login_failures_per_device", whose),
            self.of("login_failures_in_a_row", whose),
        ]

    def remember(self, cookie: str, email: str) -> str:
        """Return the device cookie for after a login to this account."""
        return self._devices.add(cookie, self.account(email))


def _named(email: str, key: bytes) -> str:
    # The last is the same however a domain was spelled.
    text = address.keys(email)[-1].encode("utf-8", "surrogatepass")
    return hmac.new(key, text, hashlib.sha256).hexdigest()


def _under(text: str) -> tuple[bytes, DeviceSigner]:
    """Return what accounts are named and devices are known by under a key."""
    devices = DeviceSigner(secret.derive(text, "device cookies"))
    return secret.derive(text, "throttled accounts"), devices
