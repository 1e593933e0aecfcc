"""People who never pause, for whatever happens in the middle of that."""

import threading
from concurrent.futures import ThreadPoolExecutor

from tests.http.together import send
from tests.service import PATIENCE, Service
from tests.services.ledger import PASSWORD


class Logins:
    """Logs in over and over, from several threads, with one password.

    Once the password is no longer the one, a thread that is refused ends;
    ``minted`` holds every session id that was handed out.
    """

    def __init__(self, service: Service, email: str, threads: int) -> None:
        self._service = service
        self._body = {"email": email, "password": PASSWORD}
        self._minting = threading.Semaphore(0)
        self.minted: list[str] = []
        self.refused = 0
        self._pool = ThreadPoolExecutor(threads)
        self._running = [self._pool.submit(self._run) for _ in range(threads)]

    def wait_for(self, count: int) -> None:
        """Return once so many logins more have worked."""
        for _ in range(count):
            assert self._minting.acquire(timeout=PATIENCE)

    def end(self) -> None:
        """Return once every thread has been refused."""
        for each in self._running:
            each.result(PATIENCE)
        self._pool.shutdown()

    def _run(self) -> None:
        while True:
            found = send(self._service, "POST", "/sessions", self._body)
            assert found.status in (200, 401), found
            if found.status == 401:
                self.refused += 1
                return
            assert found.session_id is not None
            self.minted.append(found.session_id)
            self._minting.release()


class Watchers:
    """Twenty threads that ask for the profile with one session, always."""

    def __init__(self, service: Service, session_id: str) -> None:
        self._service, self._session_id = service, session_id
        self._over = threading.Event()
        self._seen = threading.Semaphore(0)
        self._pool = ThreadPoolExecutor(20)
        self._running = [self._pool.submit(self._run) for _ in range(20)]

    def wait_for(self, count: int) -> None:
        """Return once so many requests more were let in."""
        for _ in range(count):
            assert self._seen.acquire(timeout=PATIENCE)

    def session_has_ended(self) -> list[int]:
        """Return the answers to what was asked after the end."""
        self._over.set()
        after = [each.result(PATIENCE) for each in self._running]
        self._pool.shutdown()
        return [status for each in after for status in each]

    def _run(self) -> list[int]:
        after: list[int] = []
        while len(after) < 5:
            over = self._over.is_set()
            status = send(
                self._service,
                "GET",
                "/profile",
                session_id=self._session_id,
            ).status
            assert status in (200, 403)
            if over:
                after.append(status)
            elif status == 200:
                self._seen.release()
        return after
