"""One machine of the cluster: an etcd, a Patroni and its PostgreSQL."""

import json
import signal
import subprocess
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from deploy.patroni.processes import (
    PATIENCE,
    children,
    patroni,
    start,
    tell,
    title,
)
from deploy.programs import ADDRESS, hand_over

_SECONDS = 20.0  # for an answer of Patroni's


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is: its name, its folder and its ports."""

    name: str
    folder: Path
    port: int
    rest: int
    etcd: int
    peer: int

    @property
    def etcd_url(self) -> str:
        """Where its etcd answers clients."""
        return f"http://{ADDRESS}:{self.etcd}"

    @property
    def peer_url(self) -> str:
        """Where its etcd answers the other two."""
        return f"http://{ADDRESS}:{self.peer}"


class Node:
    """One machine: it starts, dies and comes back as a whole."""

    def __init__(
        self, place: Place, etcd: Sequence[str], config: str, password: str
    ) -> None:
        """Lay a node out.

        ``etcd`` is that program with its options, ``config`` Patroni's file
        and ``password`` that of Patroni's interface.
        """
        self.place = place
        self._etcd = etcd
        self._authorization = b64encode(f"patroni:{password}".encode())
        self._running: list[subprocess.Popen[bytes]] = []
        self._held: list[int] = []
        for part in ("etcd", "patroni"):
            (place.folder / part).mkdir(parents=True)
        file = place.folder / "patroni.yml"
        file.touch(0o600)
        file.write_text(config)
        self._patroni = [*patroni(), str(file)]
        hand_over(place.folder)

    @property
    def is_on(self) -> bool:
        """Whether it was started, and neither stopped nor killed since."""
        return bool(self._running)

    def start(self) -> None:
        """Switch the machine on; it finds its part by itself."""
        folder = self.place.folder
        self._running = [
            start(self._patroni, folder / "patroni"),
            start(self._etcd, folder / "etcd"),
        ]

    def stop(self) -> None:
        """Switch the machine off; Patroni stops its PostgreSQL first."""
        if self._running:
            self._running[0].terminate()
            with suppress(subprocess.TimeoutExpired):
                self._running[0].wait(PATIENCE / 3)
        self.kill()

    def kill(self) -> None:
        """Kill everything on the machine with -9, as a power cut would."""
        pid = self.postmaster()
        for process in self._running:
            process.kill()
        if pid is not None:
            tell([pid, *children(pid)], signal.SIGKILL)
        for process in self._running:
            process.wait(PATIENCE)
        self._running = []

    def kill_database(self) -> None:
        """Kill its postmaster with -9; Patroni lives, and sees it."""
        held = [p for p in children(self._database()) if p in self._held]
        tell([self._database(), *held], signal.SIGKILL)

    def hold_replication(self) -> None:
        """Stop what sends its changes to the replicas, until it is killed."""
        self._held = [
            each
            for each in children(self._database())
            if "walsender" in title(each)
        ]
        assert self._held, f"{self.place.name} has no replicas"
        tell(self._held, signal.SIGSTOP)

    def postmaster(self) -> int | None:
        """Return the process of its PostgreSQL, None where there is none."""
        try:
            file = self.place.folder / "data" / "postmaster.pid"
            pid = int(file.read_text().partition("\n")[0])
        except (OSError, ValueError):
            return None
        # Another process may have the number by now.
        return pid if str(self.place.folder) in title(pid) else None

    def ask(
        self,
        path: str,
        change: Mapping[str, Any] | None = None,
        method: str = "GET",
    ) -> Any:
        """Ask Patroni, or tell it of a change.

        Returns what it says, as JSON where it is that, and None for any
        kind of "no".
        """
        body = None if change is None else json.dumps(change)
        known = {"Authorization": f"Basic {self._authorization.decode()}"}
        link = HTTPConnection(ADDRESS, self.place.rest, timeout=_SECONDS)
        with closing(link), suppress(OSError, HTTPException):
            link.request(method, path, body, {} if body is None else known)
            answer = link.getresponse()
            content = answer.read()
            if answer.status == 200:
                return _read(content)
        return None

    def log(self) -> str:
        """Return the last words of its programs, for whoever wonders."""
        return "\n".join(
            f"-- {file}\n{file.read_text(errors='replace')[-4000:]}"
            for file in sorted(self.place.folder.glob("*/log"))
        )

    def _database(self) -> int:
        found = self.postmaster()
        assert found is not None, f"{self.place.name} runs no PostgreSQL"
        return found


def _read(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode()
