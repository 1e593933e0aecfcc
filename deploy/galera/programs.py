"""What is started, and on which ports; a missing program says its fix."""

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
PATIENCE = 90.0
"""Seconds after which something that should happen has not."""

_NOBODY = "65534"
_INSTALL = (
    "apt-get install --no-install-recommends"
    " mariadb-server galera-4 rsync lsof"
)
# Below the range from which the system takes ports for outgoing connections,
# so that nobody else is given the port between choosing and using it.
_PORTS = range(20_000, 32_000)
_LIBRARY = "libgalera_smm.so"


class MissingProgram(Exception):
    """A program that is needed is not installed; says how to get it."""


def program(name: str) -> str:
    """Return where a program is.  Raises ``MissingProgram``."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise MissingProgram(f"{name} is not installed; {_INSTALL}")
    return found


def provider() -> Path:
    """Return where Galera's library is.  Raises ``MissingProgram``."""
    for place in ("/usr/lib/galera", "/usr/lib64/galera-4", "/usr/lib"):
        found = Path(place, _LIBRARY)
        if found.is_file():
            return found
    raise MissingProgram(f"{_LIBRARY} is not installed; {_INSTALL}")


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

    The program that sends a whole state to another node becomes nobody when
    it is root's, and could then write nothing.  In a user namespace it is
    nobody who yet may do what root may; where those are forbidden, it is
    nobody in earnest.
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
        sock.settimeout(1)
        return sock.connect_ex((ADDRESS, port)) != 0
