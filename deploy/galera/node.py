"""One machine of the cluster: a MariaDB that keeps its data when killed."""

import re
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic

from deploy.galera.programs import PATIENCE, program
from deploy.programs import not_as_root

_LOOK_SECONDS = 0.1
_NOWHERE = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node is: its name, its folder and its ports."""

    name: str
    folder: Path
    port: int
    group: int
    catching_up: int
    transfer: int


class Node:
    """One machine: it starts, dies and comes back."""

    def __init__(self, place: Place, config: str) -> None:
        """Lay a node out; ``config`` is its ``galera.cnf``."""
        self.place = place
        self._file = place.folder / "galera.cnf"
        self._file.write_text(config)
        self._log = place.folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_on(self) -> bool:
        """Whether it was started, and neither stopped nor killed since."""
        return self._process is not None

    def start(self, *, first: bool = False) -> None:
        """Switch the machine on; ``first`` makes a cluster of it alone.

        One that was killed says how far it had come, so that the others
        send it what it missed, and not everything.
        """
        arguments = ["--wsrep-new-cluster"] if first else self._position()
        self._process = self._run(arguments)

    def kill(self) -> None:
        """End it as a power cut would."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Let it leave the cluster in good order."""
        self._end(signal.SIGTERM)

    def say(self, statement: str) -> str:
        """Run a statement as its own administrator; return what it says.

        Raises ``CalledProcessError`` where it does not answer.
        """
        done = subprocess.run(
            [
                program("mariadb"),
                "--no-defaults",
                f"--socket={self.place.folder / 's'}",
                "--user=root",
                "--batch",
                "--skip-column-names",
                "--connect-timeout=5",
                f"--execute={statement}",
            ],
            check=True,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.stdout.strip()

    def is_synced(self, members: int) -> bool:
        """Tell whether it takes part in a cluster of so many."""
        try:
            found = self.say(
                "SHOW STATUS WHERE Variable_name IN"
                " ('wsrep_local_state_comment', 'wsrep_cluster_size')"
            )
        except subprocess.CalledProcessError:
            return False
        return f"size\t{members}" in found and "\tSynced" in found

    def wait_until_synced(self, members: int) -> None:
        """Wait for that.  Raises ``TimeoutError`` with the end of its log."""
        deadline = monotonic() + PATIENCE
        while not self.is_synced(members):
            ended = self._process is None or self._process.poll() is not None
            if ended or monotonic() > deadline:
                said = self._log.read_text()[-2000:]
                raise TimeoutError(f"{self.place.name}: {said}")
            Event().wait(_LOOK_SECONDS)

    def _position(self) -> list[str]:
        """Return the option that says where its data are, if it has any."""
        if not (self.place.folder / "data" / "grastate.dat").exists():
            return []
        self._run(["--wsrep-recover"]).wait(PATIENCE)
        found = re.findall(
            r"Recovered position:? *([0-9a-f-]{36}:-?\d+)",
            self._log.read_text(),
        )
        if not found or found[-1].startswith(_NOWHERE):
            return []
        return [f"--wsrep-start-position={found[-1]}"]

    def _run(self, arguments: Sequence[str]) -> "subprocess.Popen[bytes]":
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [
                    *not_as_root(),
                    program("mariadbd"),
                    f"--defaults-file={self._file}",
                    *arguments,
                ],
                cwd=self.place.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,  # a Ctrl-C is for us alone to act upon
            )

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(number)
        self._process.wait(PATIENCE)
        self._process = None
