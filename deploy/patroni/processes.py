"""Programs that the proof starts: as whom, where they listen, their end."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from deploy.programs import MissingProgram, not_as_root, program

PATIENCE = 60.0
"""Seconds after which something that should happen has not."""

_PACKAGES = "etcd-server postgresql"


def etcd() -> str:
    """Return where etcd is.  Raises ``MissingProgram``."""
    return program("etcd", _PACKAGES)


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
    found = places[-1] if places else Path(program("initdb", _PACKAGES))
    return found.resolve().parent


def start(command: Sequence[str], folder: Path) -> "subprocess.Popen[bytes]":
    """Start a program that must not be root's; it logs to ``folder/log``.

    It gets no variable of ours: what it does is in its arguments alone.
    """
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [*not_as_root(), *command],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            process_group=0,  # a Ctrl-C is for us alone to act upon
        )


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
