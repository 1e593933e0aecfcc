"""A sensible client: it asks again, at another node, and not for ever."""

import json
import threading
import time
from collections.abc import Collection, Sequence
from contextlib import closing
from http.client import HTTPException
from typing import Any, NamedTuple

from tests.failover.record import Record
from tests.service import Reachable

PATIENCE = 120.0
"""Seconds after which a client takes a service for dead."""
_MOST = 2.0  # seconds before the next attempt, whatever the node says
_RETRY = 503


class Answer(NamedTuple):
    """A status, its JSON, its session cookie, and which attempt it was."""

    status: int
    body: dict[str, Any]
    session_id: str | None
    retry_after: str | None
    attempt: int = 1


class GaveUp(Exception):
    """No node answered what was asked within the client's patience."""


class Client:
    """Asks nodes in turn, one request after the other, and again at need.

    Again after 503, at the next node, as late as ``Retry-After`` says; and
    where no answer comes.  What else is not expected is noted as an error.
    """

    def __init__(
        self, nodes: Sequence[Reachable], record: Record, first: int
    ) -> None:
        self._nodes, self._record, self._turn = nodes, record, first

    def ask(
        self,
        method: str,
        path: str,
        body: dict[str, str] | None = None,
        *,
        session_id: str | None = None,
        fine: Collection[int],
    ) -> Answer:
        """Return the first answer whose status is among the fine ones.

        Raises ``GaveUp``.
        """
        deadline = time.monotonic() + PATIENCE
        attempt = 0
        while time.monotonic() < deadline:
            attempt += 1
            self._turn += 1
            node = self._nodes[self._turn % len(self._nodes)]
            found = self._once(node, method, path, body, session_id)
            if found is not None and found.status in fine:
                return found._replace(attempt=attempt)
            pause = 0.1
            if found is not None:
                pause = self._refused(f"{method} {path}", found)
            threading.Event().wait(pause)
        self._record.error("gave up")
        raise GaveUp

    def _refused(self, what: str, found: Answer) -> float:
        """Note an error and return how long to wait."""
        if found.status != _RETRY:
            code = found.body.get("code", "")
            self._record.error(f"{found.status} {code} to {what}")
            return _MOST
        if found.retry_after is None:
            self._record.error("503 without Retry-After")
            return _MOST
        self._record.error("503")
        return min(float(found.retry_after), _MOST)

    def _once(
        self,
        node: Reachable,
        method: str,
        path: str,
        body: dict[str, str] | None,
        session_id: str | None,
    ) -> Answer | None:
        headers = {"Content-Type": "application/json"}
        if session_id is not None:
            headers["Cookie"] = f"session_id={session_id}"
        began = time.monotonic()
        try:
            with closing(node.connect()) as link:
                content = None if body is None else json.dumps(body)
                link.request(method, path, content, headers)
                answer = link.getresponse()
                return Answer(
                    answer.status,
                    json.loads(answer.read() or b"{}"),
                    _session_id(answer.headers),
                    answer.headers.get("Retry-After"),
                )
        except TimeoutError:
            self._record.error("timeout")
        except (OSError, HTTPException):
            self._record.error("connection")
        finally:
            self._record.request(time.monotonic() - began)
        return None


def _session_id(headers: Any) -> str | None:
    for cookie in headers.get_all("Set-Cookie", []):
        name, _, value = cookie.partition(";")[0].partition("=")
        if name == "session_id" and value:
            return str(value)
    return None
