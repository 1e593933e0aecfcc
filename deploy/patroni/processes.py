"""Programs that the proof starts: as whom, where they listen, their end."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from functools import cache
from importlib.util import find_spec
from pathlib import Path

ADDRESS = "127.0.0.1"
PATIENCE = 60.0
"""Seconds after which something that should happen has not."""

_NOBODY = "65534"
_INSTALL = "apt-get install --no-install-recommends etcd-server postgresql"
# Below the range from which the system takes ports for outgoing connections,
# so that nobody else is given the port between choosing and using it.
_PORTS = range(20_000, 32_000)


class MissingProgram(Exception):
    """A program that is needed is not installed; says how to get it."""


def program(name: str) -> str:
    """Return where a program is.  Raises ``MissingProgram``."""
    found = shutil.which(name)
    if found is None:
        raise MissingProgram(f"{name} is not installed; {_INSTALL}")
    return found


def patroni() -> list[str]:
    """Return how to call Patroni.  Raises ``MissingProgram``."""
    if find_spec("patroni") is None:
        raise MissingProgram(
            "Patroni is not installed; pip install 'patroni[etcd3]'"
        )
    return [sys.executable, "-I", "-m", "patroni"]


def server_programs() -> Path:
    """Return the folder of the newest PostgreSQL's programs.

    Raises ``MissingProgram``.
    """
    places = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: int(path.parts[4]),
    )
    found = places[-1] if places else Path(program("initdb"))
    return found.resolve().parent


def ports() -> Iterator[int]:
    """Yield ports on which nobody listens, never one of them twice."""
    given: set[int] = set()
    while len(given) < len(_PORTS):
        port = secrets.choice(_PORTS)
        if port not in given and _is_free(port):
            yield port
        given.add(port)


def start(command: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start a program that must not be root's; it logs to ``folder/log``.

    It gets no variable of ours: what it does is in its arguments alone.
    """
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [*_not_as_root(), *command],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,  # a Ctrl-C is for us alone to act upon
        )


def hand_over(folder: Path) -> None:
    """Give a folder to whoever the programs are started as."""
    if _not_as_root()[:1] == ("setpriv",):
        for path in (folder, *folder.rglob("*")):
            os.chown(path, int(_NOBODY), int(_NOBODY))


def children(pid: int) -> list[int]:
    """Return the processes whose parent this is."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            # The name, in parentheses, may hold anything: look behind it.
            after = stat.read_text().rpartition(")")[2].split()
            if int(after[1]) == pid:
                found.append(int(stat.parent.name))
    return found


def title(pid: int) -> str:
    """Return what a process calls itself, "" once it is gone."""
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return said.replace(b"\0", b" ").decode(errors="replace").strip()


def tell(pids: Sequence[int], number: signal.Signals) -> None:
    """Send a signal to those that are still there."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@cache
def _not_as_root() -> tuple[str, ...]:
    """Return what to put before a command, so that root may call it.

    PostgreSQL refuses to run as root.  In a user namespace it is nobody who
    yet may read what root may, wherever that is; where those are forbidden,
    it is nobody in earnest.
    """
    if os.geteuid() != 0:
        return ()
    who = [f"--map-user={_NOBODY}", f"--map-group={_NOBODY}"]
    apart = ["unshare", "--user", *who]
    with suppress(FileNotFoundError):
        if (
            subprocess.run(
                [*apart, "true"], check=False, stderr=subprocess.DEVNULL
            ).returncode
            == 0
        ):
            return tuple(apart)
    ids = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    return ("setpriv", *ids)


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as sock:
        try:
            sock.bind((ADDRESS, port))
        except OSError:
            return False
        return True
