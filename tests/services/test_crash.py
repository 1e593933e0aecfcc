"""Killed in the middle of everything, it keeps every promise it made.

``CRASH_ROUNDS`` is how often (20), ``CRASH_SERVER_ROUNDS`` how often beside
each database server (2), ``CRASH_THREADS`` how many people use the service
meanwhile (6): raise them for a longer run.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bienvenue import secret
from tests.conftest import Servers
from tests.service import PATIENCE, Service, free_port, started
from tests.services.after_restart import (
    SECRET,
    Restarted,
    check_after_restart,
)
from tests.services.ledger import Ledger
from tests.services.load import Load
from tests.services.post import Post
from tests.smtp import listening

ROUNDS = int(os.environ.get("CRASH_ROUNDS", "20"))
SERVER_ROUNDS = int(os.environ.get("CRASH_SERVER_ROUNDS", "2"))
THREADS = int(os.environ.get("CRASH_THREADS", "6"))
# It is killed after so many promises, from and to.
SOON, LATE = 20, 120


@contextmanager
def running(
    folder: Path, port: int, post: Post, workers: int = 1, server: str = ""
) -> Iterator[Service]:
    """Run the service on its database, with tokens by mail alone."""
    env = {
        **SECRET,
        "BIENVENUE_TOKENS_IN_ANSWERS": "false",
        "BIENVENUE_MAIL": "smtp",
        "BIENVENUE_SMTP_HOST": "127.0.0.1",
        "BIENVENUE_SMTP_PORT": str(post.port),
        "BIENVENUE_SMTP_SECURITY": "none",
        "BIENVENUE_WORKERS": str(workers),
        "BIENVENUE_DATABASE_URL": server,
    }
    with started(folder, "--port", str(port), env=env) as service:
        yield service


def moment() -> int:
    """Return after how many promises a round ends: no two are alike."""
    chance = int.from_bytes(secret.digest(secret.new_token()))
    return SOON + chance % (LATE - SOON)


@pytest.mark.requirement("REL-1", "REL-2", "REL-3")
def test_promises_outlive_a_crash(tmp_path: Path) -> None:
    """In turns one process serves, and two with one that watches them."""
    crash(tmp_path, ROUNDS)


@pytest.mark.requirement("REL-1", "REL-2", "REL-3")
@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_promises_outlive_a_crash_beside_a_server(
    tmp_path: Path, servers: Servers, engine: str
) -> None:
    crash(tmp_path, SERVER_ROUNDS, servers(engine).fresh())


def crash(folder: Path, rounds: int, server: str = "") -> None:
    """Kill the service so often, and see each time that all is there."""
    port, post, ledgers = free_port(), Post(), [Ledger()]
    database = folder / "bienvenue.db"
    with listening(post):
        for number in range(rounds):
            workers = 1 + number % 2
            with running(folder, port, post, workers, server) as service:
                last = Restarted(
                    service, database, ledgers[-1], post, server=server
                )
                check_after_restart(last)
                ledgers.append(Ledger())
                with Load(service, ledgers[-1], post, THREADS) as load:
                    assert ledgers[-1].wait_for(moment(), PATIENCE)
                    load.crash()
        with running(folder, port, post, server=server) as service:
            everything = Ledger(*ledgers)
            check_after_restart(
                Restarted(
                    service, database, everything, post, server=server
                )
            )
    assert database.exists() is not bool(server)
    accounts = everything.accounts
    assert len(accounts) >= rounds * THREADS
    for promise in ("registered", "asked", "live", "ended"):
        assert any(getattr(each, promise) for each in accounts)
