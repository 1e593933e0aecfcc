"""Registrations, logins and logouts while a database changes hands.

``run`` lets people use a service through all of its nodes, does what is
planned for certain seconds (kill this, start that), and afterwards looks
through a fresh node whether each acknowledged write is there.
"""

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.failover.afterwards import losses
from tests.failover.client import Client, GaveUp
from tests.failover.nodes import nodes
from tests.failover.record import Record, Report
from tests.service import PATIENCE, Reachable
from tests.services.ledger import Account, Ledger

REGISTERED, TAKEN = 200, 400
GONE, LOGGED_OUT = 403, (200, 204, 302)


class Planned(NamedTuple):
    """Something to do so many seconds after the beginning."""

    second: float
    do: Callable[[], object]


class Run(NamedTuple):
    """What came of it: the figures, and what everybody was promised."""

    report: Report
    ledger: Ledger


def run(
    folder: Path,
    urls: Sequence[str],
    plan: Sequence[Planned],
    *,
    seconds: float = 30.0,
    people: int = 6,
    least: int = 0,
    afterwards: str | None = None,
) -> Run:
    """Run a node on each URL under load, follow the plan, look for losses.

    On a machine that has other work it goes on beyond its seconds, until
    there are ``least`` accounts more than when all of the plan was done.

    The fresh node that is asked at the end runs on the URL ``afterwards``,
    which is the first of them unless it is given.
    """
    ledger, record = Ledger(), Record()
    with nodes(folder / "load", urls) as running:
        record.began = time.monotonic()
        use(running, ledger, record, plan, seconds, people, least)
        report = record.report(registered(ledger))
    with nodes(folder / "fresh", [afterwards or urls[0]]) as (fresh,):
        report.lost = losses(fresh, ledger)
    return Run(report, ledger)


def use(
    running: Sequence[Reachable],
    ledger: Ledger,
    record: Record,
    plan: Sequence[Planned],
    seconds: float,
    people: int,
    least: int = 0,
) -> None:
    """Let people use services, and follow the plan, as ``run`` tells."""
    over = threading.Event()
    crowd = [
        Person(Client(running, record, number), ledger, record, over)
        for number in range(people)
    ]
    for person in crowd:
        person.start()
    try:
        for planned in sorted(plan, key=lambda each: each.second):
            _wait_until(record.began + planned.second)
            planned.do()
        wanted = registered(ledger) + least
        _wait_until(record.began + seconds)
        wait_for_accounts(ledger, wanted)
    finally:
        over.set()
        for person in crowd:
            person.join()
    for person in crowd:
        if person.fault is not None:
            raise person.fault


def registered(ledger: Ledger) -> int:
    """Return how many accounts somebody was told to have made."""
    return sum(each.registered for each in ledger.accounts)


def wait_for_accounts(ledger: Ledger, wanted: int) -> None:
    """Wait until there are so many; raise where patience is at its end."""
    end = time.monotonic() + PATIENCE
    while (found := registered(ledger)) < wanted:
        assert time.monotonic() < end, f"{found} of {wanted} accounts"
        threading.Event().wait(0.05)


def _wait_until(moment: float) -> None:
    threading.Event().wait(max(0.0, moment - time.monotonic()))


class Person(threading.Thread):
    """Makes one account after the other, and comes and goes with each."""

    def __init__(
        self,
        client: Client,
        ledger: Ledger,
        record: Record,
        over: threading.Event,
    ) -> None:
        super().__init__(daemon=True)
        self._client, self._ledger, self._record = client, ledger, record
        self._over = over
        self.fault: BaseException | None = None

    def run(self) -> None:
        """Go on until it is over, or no node answers any more."""
        try:
            while not self._over.is_set():
                self._live(self._ledger.open())
        except GaveUp:
            return
        except BaseException as fault:  # noqa: BLE001 - raised at the end
            self.fault = fault

    def _live(self, account: Account) -> None:
        """Register, log in thrice and out once, and look each time.

        Requests go to the nodes in turn, so each look is through another
        node than the write it is about.
        """
        self._register(account)
        self._log_in(account)
        self._log_out(account, self._log_in(account))
        self._log_in(account)

    def _register(self, account: Account) -> None:
        body = {"email": account.email, "password": account.password}
        found = self._client.ask(
            "POST", "/users", body, fine=(REGISTERED, TAKEN)
        )
        if found.status == TAKEN and found.attempt == 1:
            self._record.wrong(f"never registered, and taken: {found.body}")
        # Nobody else knows the address: taken, it is by an attempt of ours
        # whose answer did not come.
        account.registered = True
        self._record.acknowledged(own=found.status == TAKEN)

    def _log_in(self, account: Account) -> str:
        body = {"email": account.email, "password": account.password}
        found = self._client.ask("POST", "/sessions", body, fine=(200,))
        session_id = found.session_id
        assert session_id is not None
        account.live.add(session_id)
        self._record.acknowledged()
        if not self._is_in(session_id):
            self._record.wrong("a session that began is not known")
        return session_id

    def _log_out(self, account: Account, session_id: str) -> None:
        account.live.discard(session_id)  # neither, until it is answered
        found = self._client.ask(
            "DELETE",
            "/sessions",
            session_id=session_id,
            fine=(*LOGGED_OUT, GONE),
        )
        if found.status == GONE and found.attempt == 1:
            self._record.wrong("a live session could not be ended")
        account.ended.add(session_id)
        self._record.acknowledged(own=found.status == GONE)
        if self._is_in(session_id):
            self._record.wrong("a session that ended still opens the profile")

    def _is_in(self, session_id: str) -> bool:
        found = self._client.ask(
            "GET", "/profile", session_id=session_id, fine=(200, GONE)
        )
        return found.status != GONE
