"""What must be true of a service that was killed and started again.

``check_after_restart`` makes every check of ``CHECKS``; a new promise of the
service gets a function here and a place in that list.
"""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bienvenue import DB, clock
from bienvenue.outbox import OutboxRow
from tests.http.client import Client
from tests.http.races import opens
from tests.http.together import send
from tests.service import Service, finished
from tests.services.ledger import Account, Ledger
from tests.services.post import Post

SECRET = {"BIENVENUE_SECRET_KEY": "k" * 32}
"""Seals the audit log of the services that are killed."""


@dataclass(frozen=True)
class Restarted:
    """A service that runs again, and what it had promised before."""

    service: Service
    database: Path
    ledger: Ledger
    post: Post
    patience: float = 20.0
    """Seconds that a promised letter may take after the restart."""
    server: str = ""
    """URL of the database where that is on a server, not in the file."""

    @property
    def url(self) -> str:
        """Where the accounts are."""
        return self.server or f"sqlite:///{self.database}"


def the_database_is_whole(found: Restarted) -> None:
    """No page is damaged and no row points nowhere.

    The pages of a server are its own: it was not killed.
    """
    if found.server:
        return
    with closing(sqlite3.connect(found.database)) as link:
        for pragma, fine in (
            ("integrity_check", [("ok",)]),
            ("foreign_key_check", []),
        ):
            assert link.execute(f"PRAGMA {pragma}").fetchall() == fine


def the_log_is_whole(found: Restarted) -> None:
    """Each event was written with what it tells of, or not at all."""
    checked = finished(
        found.database.parent,
        *("audit", "verify"),
        *("--database-url", found.url),
        env=SECRET,
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def unfinished_registrations_are_whole_or_absent(found: Restarted) -> None:
    """REL-3: the address logs in, or it can be registered anew."""
    for account in found.ledger.accounts:
        email, password = account.email, account.password
        if account.registered or opens(found.service, email, password):
            continue
        body = {"email": email, "password": password}
        again = send(found.service, "POST", "/users", body)
        assert again.status == 200, again
        assert opens(found.service, email, password)


def unfinished_resets_are_whole_or_absent(found: Restarted) -> None:
    """REL-3: the new password and no session, or the old and all of them."""
    for account in found.ledger.accounts:
        if account.wanted is None:
            continue
        email, new = account.email, account.wanted
        old_opens = opens(found.service, email, account.password)
        assert opens(found.service, email, new) is not old_opens
        if old_opens:
            account.wanted = None
        else:
            account.was_reset(new)


def accounts_and_resets_stand(found: Restarted) -> None:
    """REL-1, REL-2: the password that was acknowledged is the one."""
    for account in _registered(found):
        assert opens(found.service, account.email, account.password)


def sessions_live_on(found: Restarted) -> None:
    """REL-1: nobody is logged out by a crash."""
    with Client(found.service.url) as client:
        for account in _registered(found):
            for session_id in account.live:
                assert client.is_in(session_id)


def what_ended_stays_ended(found: Restarted) -> None:
    """REL-2: by a log-out, or by a reset."""
    with Client(found.service.url) as client:
        for account in _registered(found):
            for session_id in account.ended:
                assert not client.is_in(session_id)


def promised_letters_arrive(found: Restarted) -> None:
    """Each at least once; one that was in hand is sent again.

    Behind a server others may be alive that have it in hand, so there it
    waits until its lease ends (decision 0060), and is kept until then.
    """
    for account in found.ledger.accounts:
        if account.asked and not _is_leased(found, account.email):
            assert found.post.has_letter(account.email, found.patience)


CHECKS: list[Callable[[Restarted], None]] = [
    the_database_is_whole,
    the_log_is_whole,
    unfinished_registrations_are_whole_or_absent,
    unfinished_resets_are_whole_or_absent,
    accounts_and_resets_stand,
    sessions_live_on,
    what_ended_stays_ended,
    promised_letters_arrive,
]


def check_after_restart(found: Restarted) -> None:
    """Make every check, those first that settle what was unfinished."""
    for check in CHECKS:
        check(found)


def _registered(found: Restarted) -> list[Account]:
    return [each for each in found.ledger.accounts if each.registered]


def _is_leased(found: Restarted, email: str) -> bool:
    """Tell whether a letter is kept on a server and due later."""
    if not found.server:
        return False
    query = select(OutboxRow.id).where(
        OutboxRow.recipient == email,
        OutboxRow.attempts > 0,
        OutboxRow.due_at > clock.now(),
        OutboxRow.failed_at.is_(None),
    )
    with DB(found.server) as db:
        return db.read(lambda unit: unit.scalars(query).first()) is not None
