"""People who use a service until it dies in the middle of their requests."""

import threading
from http.client import HTTPException
from typing import Self

from tests.http.client import PATIENCE
from tests.http.together import Found, send
from tests.service import Service
from tests.services.ledger import PASSWORD, Account, Ledger
from tests.services.post import Post


class Load:
    """Several threads that register, log in and out, and reset.

    ``with Load(...) as load:`` runs them; ``load.crash()`` kills the service
    under them.  An answer that should not be, or a request that fails while
    the service should be up, is raised at the end of the block.
    """

    def __init__(
        self, service: Service, ledger: Ledger, post: Post, threads: int
    ) -> None:
        self._service, self._ledger, self._post = service, ledger, post
        self._dying = threading.Event()
        self._problems: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._run) for _ in range(threads)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._dying.set()
        for thread in self._threads:
            thread.join(2 * PATIENCE)
            assert not thread.is_alive()
        if self._problems:
            raise self._problems[0]

    def crash(self) -> None:
        """Kill the service, whatever it is doing."""
        self._dying.set()
        self._service.crash()

    def _run(self) -> None:
        try:
            while not self._dying.is_set():
                self._live(self._ledger.open())
        except (OSError, HTTPException) as error:
            if not self._dying.is_set():
                self._problems.append(error)
        except BaseException as error:  # noqa: BLE001 - raised at the end
            self._problems.append(error)

    def _live(self, account: Account) -> None:
        body = {"email": account.email, "password": account.password}
        self._promised("POST", "/users", body)
        account.registered = True
        for _ in range(3):
            self._log_in(account)
        self._log_out(account)
        self._promised("POST", "/reset_password", {"email": account.email})
        account.asked = True
        if self._reset(account):
            self._log_in(account)
            self._log_in(account)
            self._log_out(account)

    def _log_in(self, account: Account) -> None:
        body = {"email": account.email, "password": account.password}
        session_id = self._promised("POST", "/sessions", body).session_id
        assert session_id is not None
        account.live.add(session_id)

    def _log_out(self, account: Account) -> None:
        session_id = account.live.pop()
        self._promised("DELETE", "/sessions", session_id=session_id)
        account.ended.add(session_id)

    def _reset(self, account: Account) -> bool:
        """Reset the password by mail; False if the service died before."""
        token = None
        while token is None:
            if self._dying.is_set():
                return False
            token = self._post.token_for(account.email, 0.1)
        account.wanted = f"{PASSWORD}, another"
        body = {"email": account.email, "reset_token": token}
        new = {"new_password": account.wanted}
        self._promised("PUT", "/reset_password", body | new)
        account.was_reset(account.wanted)
        return True

    def _promised(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        session_id: str | None = None,
    ) -> Found:
        found = send(
            self._service, method, path, body, session_id=session_id
        )
        assert found.status in (200, 302), (method, path, found)
        self._ledger.acknowledge()
        return found
