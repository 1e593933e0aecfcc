"""What a service was asked to do, and what it has acknowledged.

Whoever calls writes down what it wants before the request and what it was
told after the answer.  So when the service dies between the two, it is known
which of its promises were made and which were not.
"""

import threading
from dataclasses import dataclass, field

from tests.http.client import new_address

PASSWORD = "fifteen letters or more"


@dataclass
class Account:
    """One account, as far as its owner was told."""

    email: str = field(default_factory=new_address)
    password: str = PASSWORD
    registered: bool = False
    """The registration was acknowledged."""
    wanted: str | None = None
    """A reset to this password is under way."""
    asked: bool = False
    """A letter was promised."""
    live: set[str] = field(default_factory=set)
    """Sessions that were handed out and nobody asked to end."""
    ended: set[str] = field(default_factory=set)
    """Sessions whose end was acknowledged."""

    def was_reset(self, password: str) -> None:
        """Note an acknowledged reset: it ends all that lived."""
        self.password, self.wanted = password, None
        self.ended |= self.live
        self.live.clear()


class Ledger:
    """The accounts of one run, and how much was acknowledged in it."""

    def __init__(self, *earlier: "Ledger") -> None:
        """Begin with the accounts of earlier runs."""
        self._accounts = [
            account for ledger in earlier for account in ledger.accounts
        ]
        self._acknowledged = 0
        self._news = threading.Condition()

    @property
    def accounts(self) -> list[Account]:
        """All accounts, also those whose registration was cut off."""
        with self._news:
            return list(self._accounts)

    def open(self) -> Account:
        """Begin a page for a new account."""
        with self._news:
            self._accounts.append(Account())
            return self._accounts[-1]

    def acknowledge(self) -> None:
        """Count an answer that promises something."""
        with self._news:
            self._acknowledged += 1
            self._news.notify_all()

    def wait_for(self, promises: int, patience: float) -> bool:
        """Wait until so much is acknowledged; False if it never is."""
        with self._news:
            return self._news.wait_for(
                lambda: self._acknowledged >= promises, patience
            )
