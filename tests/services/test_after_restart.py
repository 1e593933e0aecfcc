"""The checks of the crash test can fail, and a letter in hand is not lost."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.http.together import send
from tests.service import PATIENCE, Service, free_port
from tests.services.after_restart import CHECKS, Restarted, check_after_restart
from tests.services.ledger import Account, Ledger
from tests.services.post import Post
from tests.services.test_crash import running
from tests.smtp import listening

_NAME = "bienvenue.db"


class Stalled(Post):
    """Hears whom a letter is for, and says nothing any more."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, *_: object
    ) -> str:
        """Keep the sender waiting, for as long as there is one."""
        self.reached.set()
        await asyncio.Event().wait()
        return "451 4.3.0 never said"


def promised(
    service: Service, method: str, path: str, **body: str
) -> str | None:
    """Make a request that is acknowledged; return a session id in it."""
    found = send(service, method, path, body)
    assert found.status == 200, found
    return found.session_id


def register(service: Service, ledger: Ledger) -> Account:
    """Make an account with one session."""
    account = ledger.open()
    own = {"email": account.email, "password": account.password}
    promised(service, "POST", "/users", **own)
    account.registered = True
    session_id = promised(service, "POST", "/sessions", **own)
    assert session_id is not None
    account.live.add(session_id)
    return account


def copy(source: Path, target: Path) -> None:
    """Copy a database that may be in use."""
    with (
        closing(sqlite3.connect(source)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)


def turn_back(folder: Path, older: Path, without: Account) -> None:
    """Put an older copy in place, and break it.

    A row points nowhere then, and the log lacks an event.
    """
    for name in (_NAME, f"{_NAME}-wal", f"{_NAME}-shm"):
        (folder / name).unlink(missing_ok=True)
    older.rename(folder / _NAME)
    with closing(sqlite3.connect(folder / _NAME)) as link:
        link.execute("DELETE FROM users WHERE email = ?", (without.email,))
        link.execute("DELETE FROM audit_events WHERE sequence = 2")
        link.commit()


@pytest.mark.requirement("REL-1", "REL-2", "REL-3")
def test_every_broken_promise_is_noticed(tmp_path: Path) -> None:
    """The same checks, on a database that has lost what came last."""
    port, post, ledger = free_port(), Post(), Ledger()
    older, database = tmp_path / "older.db", tmp_path / _NAME
    post.port = free_port()  # nobody listens there
    with running(tmp_path, port, post) as service:
        first, pointed_at = (register(service, ledger) for _ in range(2))
        copy(database, older)
        (session_id,) = first.live
        ended = send(service, "DELETE", "/sessions", session_id=session_id)
        assert ended.status == 302
        first.live.clear()
        first.ended.add(session_id)
        last = register(service, ledger)
        promised(service, "POST", "/reset_password", email=last.email)
        last.asked, last.wanted = True, "a password nobody has set"
        # One whose registration came half: there, with no known password.
        half = ledger.open()
        half.email, half.password = first.email, "a password nobody has set"
        service.crash()
    turn_back(tmp_path, older, pointed_at)
    with listening(post), running(tmp_path, port, post) as service:
        found = Restarted(service, database, ledger, post, patience=0.2)
        noticed = [check for check in CHECKS if fails(check, found)]
    assert noticed == CHECKS


@pytest.mark.parametrize("workers", [1, 2])
def test_a_letter_in_hand_leaves_after_the_restart(
    tmp_path: Path, workers: int
) -> None:
    """Not minutes later: its lease died with whoever held it."""
    port, ledger = free_port(), Ledger()
    stalled, post = Stalled(), Post()
    stalled.port = post.port = free_port()
    with (
        listening(stalled),
        running(tmp_path, port, stalled, workers) as service,
    ):
        account = register(service, ledger)
        promised(service, "POST", "/reset_password", email=account.email)
        account.asked = True
        assert stalled.reached.wait(PATIENCE)
        service.crash()
    with (
        listening(post),
        running(tmp_path, port, post, workers) as service,
    ):
        found = Restarted(service, tmp_path / _NAME, ledger, post)
        check_after_restart(found)
        assert len(post.letters_for(account.email)) == 1


def fails(check: Callable[[Restarted], None], found: Restarted) -> bool:
    """Tell whether a check objects."""
    try:
        check(found)
    except AssertionError:
        return True
    return False
