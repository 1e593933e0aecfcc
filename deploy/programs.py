"""Programs that a cluster is made of: where they are, and as whom they run.

A missing one says how to get it.  Everything listens on this machine only.
"""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import cache
from pathlib import Path

ADDRESS = "127.0.0.1"

_NOBODY = "65534"
# Below the range from which the system takes ports for outgoing connections,
# so that nobody else is given the port between choosing and using it.
_PORTS = range(20_000, 32_000)


class MissingProgram(Exception):
    """A program that is needed is not installed; says how to get it."""


def program(name: str, packages: str) -> str:
    """Return where a program is; ``packages`` of Debian's bring it.

    Raises ``MissingProgram``.
    """
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise missing(name, packages)
    return found


def missing(name: str, packages: str) -> MissingProgram:
    """Return what to raise where a program is not installed."""
    return MissingProgram(
        f"{name} is not installed;"
        f" apt-get install --no-install-recommends {packages}"
    )


def ports() -> Iterator[int]:
    """Yield ports on which nobody listens, never one of them twice."""
    given: set[int] = set()
    while len(given) < len(_PORTS):
        port = secrets.choice(_PORTS)
        if port not in given and _is_free(port):
            yield port
        given.add(port)


def hand_over(folder: Path) -> None:
    """Give a folder to whoever the programs are started as."""
    if not_as_root()[:1] == ("setpriv",):
        for path in (folder, *folder.rglob("*")):
            os.chown(path, int(_NOBODY), int(_NOBODY))


@cache
def not_as_root() -> tuple[str, ...]:
    """Return what to put before a command, so that root may call it.

    PostgreSQL refuses to run as root, and the program that sends a Galera
    node's whole state becomes nobody, who could then write nothing.  In a
    user namespace it is nobody who yet may do what root may; where those
    are forbidden, it is nobody in earnest.
    """
    if os.geteuid() != 0:
        return ()
    who = [f"--map-user={_NOBODY}", f"--map-group={_NOBODY}"]
    apart = ("unshare", "--user", *who)
    with suppress(FileNotFoundError):
        tried = subprocess.run(
            [*apart, "true"], check=False, stderr=subprocess.DEVNULL
        )
        if tried.returncode == 0:
            return apart
    ids = [f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    return ("setpriv", *ids)


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as sock:
        try:
            sock.bind((ADDRESS, port))
        except OSError:
            return False
        return True
