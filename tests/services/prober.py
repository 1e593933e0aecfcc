"""Requests whose time is taken, one after the other, in a quiet service."""

import json
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path

from tests.service import PATIENCE, Service
from tests.services.welch import Probe

Body = Mapping[str, str]

_WAITING = "SELECT count(*) FROM outbox WHERE failed_at IS NULL"
_PAUSE_SECONDS = 0.002
# No more than are answered before the courier begins with the first.
_TOGETHER = 4


class Prober:
    """Makes probes of a service over one connection; close it at the end.

    After a few requests it waits until all letters are out.  What requests
    leave to be done would else be in the time of later ones, and hide what
    is looked for: a difference in their own.
    """

    def __init__(self, service: Service, database: Path) -> None:
        self._link = HTTPConnection(
            "127.0.0.1", service.port, timeout=PATIENCE
        )
        self._database = sqlite3.connect(database)
        self._asked = 0

    def close(self) -> None:
        """Let go of both connections."""
        self._link.close()
        self._database.close()

    def probe(self, path: str, status: int, bodies: Sequence[Body]) -> Probe:
        """Return what POSTs one body after the other, expecting a status."""
        turns = cycle([json.dumps(body) for body in bodies])
        headers = {"Content-Type": "application/json"}

        def once() -> float:
            body = next(turns)
            began = time.perf_counter()
            self._link.request("POST", path, body, headers)
            answer = self._link.getresponse()
            content = answer.read()
            took = time.perf_counter() - began
            assert answer.status == status, content
            self._asked += 1
            if self._asked % _TOGETHER == 0:
                self._settle()
            return took

        return once

    def _settle(self) -> None:
        pause = threading.Event()
        deadline = time.monotonic() + PATIENCE
        while self._is_busy():
            assert time.monotonic() < deadline, "letters do not leave"
            pause.wait(_PAUSE_SECONDS)

    def _is_busy(self) -> bool:
        with closing(self._database.execute(_WAITING)) as cursor:
            (count,) = cursor.fetchone()
        return bool(count)
