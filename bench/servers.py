"""Start what is measured, on a free loopback port and a chosen core."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from bienvenue import secret

ROOT = Path(__file__).resolve().parent.parent

# Below the range from which the system takes ports for outgoing connections.
_PORTS = range(20_000, 32_000)
_PATIENCE = 30.0
_PYTHON = (sys.executable, "-m")
_GRANIAN = (
    *(*_PYTHON, "granian", "--interface", "wsgi", "--no-ws"),
    *("--workers", "1", "--no-log", "--port", "{port}"),
)


class Failed(Exception):
    """A server did not do what it is measured for; the text says what."""


class Server(NamedTuple):
    """A started server."""

    pid: int
    port: int


COMMANDS: dict[str, tuple[str, ...]] = {
    "door": (*_PYTHON, "bienvenue", "dev", "--port", "{port}"),
    "route": (*_PYTHON, "bench.targets", "route", "{port}"),
    "bare": (*_PYTHON, "bench.targets", "bare", "{port}"),
    "wsgi": (*_GRANIAN, "bench.targets:app"),
    "bare_sqlalchemy": (*_GRANIAN, "bench.bare_sqlalchemy:app"),
    "constant": (*_PYTHON, "bench.targets", "constant", "{port}"),
}
"""How each target starts; ``door`` is the service as a person starts it."""

WITH_SESSIONS = ("door", "route")
"""The targets that look at the cookie."""


@contextmanager
def started(
    target: str,
    database: Path,
    cores: Sequence[int],
    url: str | None = None,
    env: Mapping[str, str] | None = None,
    command: Sequence[str] | None = None,
) -> Iterator[Server]:
    """Run a target on some cores while the block lasts.

    ``database`` is a SQLite file; with ``url`` another database is used,
    and that only says where the server's log goes.  ``env`` has settings
    for it, and ``command`` how to start what is not in ``COMMANDS``; both
    may name the ``{port}``.  Raises ``Failed`` when it does not come to
    answer.
    """
    port = free_port()
    parts = [part.format(port=port) for part in command or COMMANDS[target]]
    pinned = ["taskset", "-c", ",".join(map(str, cores)), *parts]
    own = {k: value.format(port=port) for k, value in (env or {}).items()}
    log = database.parent / f"{target}.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            pinned,
            cwd=database.parent,
            env=environment(url or f"sqlite:///{database}") | own,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
    try:
        if not _comes_to_answer(process, port):
            tail = log.read_text(errors="replace").strip()[-500:]
            raise Failed(f"{' '.join(parts[1:])} did not start: {tail}")
        yield Server(process.pid, port)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment(url: str) -> dict[str, str]:
    """Return an environment in which no setting of the caller's counts."""
    ours = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("BIENVENUE_", "GRANIAN_", "FLASK_"))
    }
    return {
        **ours,
        "BIENVENUE_DATABASE_URL": url,
        # This checkout, whichever one is installed.
        "PYTHONPATH": os.pathsep.join((str(ROOT / "src"), str(ROOT))),
    }


def free_port() -> int:
    """Return a loopback port that nobody uses.  Raises ``Failed``."""
    for _ in range(100):
        number = int.from_bytes(secret.digest(secret.new_token()))
        port = _PORTS[number % len(_PORTS)]
        if not _listens(port):
            return port
    raise Failed("found no free port")


def _listens(port: int) -> bool:
    with closing(socket.socket()) as sock:
        sock.settimeout(1)
        return sock.connect_ex(("127.0.0.1", port)) == 0


def _comes_to_answer(process: "subprocess.Popen[bytes]", port: int) -> bool:
    deadline = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        if _listens(port):
            return True
        select.select([], [], [], 0.02)
    return False
