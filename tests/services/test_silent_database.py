"""A database server that takes what it is told, and says nothing.

The worst kind of being away: nobody is refused, everybody waits.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bienvenue.server import room
from tests.conftest import Servers
from tests.cut_connections import forwarded
from tests.http.client import Client
from tests.http.together import send
from tests.service import PATIENCE, Service, started
from tests.services.ledger import PASSWORD

MANY = 60


def threads(service: Service) -> int:
    """Return how many threads the service's process has."""
    tasks = Path(f"/proc/{service.process.pid}/task")
    return sum(1 for _ in tasks.iterdir())


@pytest.mark.requirement("V15.2.2", "V15.4.4", "REL-9")
@pytest.mark.engine("postgresql", "mariadb")
def test_who_asks_is_told_and_the_service_lives(
    url: str,
    tmp_path: Path,
    servers: Servers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    talks = threading.Event()
    talks.set()
    with forwarded(url) as (through, between):
        monkeypatch.setattr(
            between, "_taken", lambda _said: talks.wait(PATIENCE) and None
        )
        env = {"BIENVENUE_DATABASE_URL": through}
        with started(tmp_path, env=env) as service:
            with Client(service.url) as client:
                session_id = client.log_in(client.register(PASSWORD), PASSWORD)

            def profile(_number: int = 0) -> tuple[int, str]:
                found = send(service, "GET", "/profile", session_id=session_id)
                return found.status, str(found.body.get("code"))

            assert profile() == (200, "None")
            before = threads(service)
            talks.clear()
            try:
                with ThreadPoolExecutor(MANY) as pool:
                    began = time.monotonic()
                    asking = [pool.submit(profile, n) for n in range(MANY)]
                    meanwhile = 0
                    while not all(each.done() for each in asking):
                        live = send(service, "GET", "/health/live")
                        assert live.status == 200
                        meanwhile += not any(each.done() for each in asking)
                    assert meanwhile > 1  # nobody waits for who is silent
                    took = time.monotonic() - began
                    answers = {each.result() for each in asking}
                    assert answers == {(503, "database_unavailable")}
                    assert room.PATIENCE / 2 < took < 3 * room.PATIENCE
                    assert threads(service) - before <= room.THREADS + 2
            finally:
                talks.set()
            # It comes back by itself.
            ending = time.monotonic() + PATIENCE
            while profile()[0] != 200:
                assert time.monotonic() < ending
