"""Many requests at once, each on a connection of its own."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, NamedTuple

from tests.http.client import PATIENCE
from tests.service import Reachable


class Found(NamedTuple):
    """An answer: its status, its JSON object and its session cookie."""

    status: int
    body: dict[str, Any]
    session_id: str | None = None


def send(
    service: Reachable,
    method: str,
    path: str,
    body: Mapping[str, str] | None = None,
    *,
    session_id: str | None = None,
) -> Found:
    """Make one request; a redirect is shown, not followed.

    Raises ``OSError`` or ``HTTPException`` where no whole answer comes.
    """
    headers = {"Content-Type": "application/json"}
    if session_id is not None:
        headers["Cookie"] = f"session_id={session_id}"
    with closing(service.connect()) as link:
        content = None if body is None else json.dumps(body)
        link.request(method, path, content, headers)
        answer = link.getresponse()
        found = json.loads(answer.read() or b"{}")
        return Found(answer.status, found, _session_id(answer.headers))


def at_once(calls: Sequence[Callable[[], Found]]) -> list[Found]:
    """Make all the calls together and return their answers, in order."""
    together = threading.Barrier(len(calls))

    def run(call: Callable[[], Found]) -> Found:
        together.wait(PATIENCE)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _session_id(headers: Any) -> str | None:
    for cookie in headers.get_all("Set-Cookie", []):
        name, _, value = cookie.partition(";")[0].partition("=")
        if name == "session_id" and value:
            return str(value)
    return None
