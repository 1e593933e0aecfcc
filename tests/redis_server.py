"""A private Redis, reached by a socket in a folder of its own: no port."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from tests import installed, ran_on


class PrivateRedis:
    """A started Redis: its URL, and a way to end it at any time."""

    def __init__(self, program: str, folder: Path) -> None:
        socket = folder / "s"
        self.url = f"unix://{socket}"
        self.process = subprocess.Popen(
            [program, *f"--port 0 --unixsocket {socket}".split()],
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
        patient = Retry(ConstantBackoff(0.05), 400)
        with redis.Redis.from_url(self.url, retry=patient) as client:
            client.ping()

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)


@contextmanager
def started(name: str = "redis-server") -> Iterator[PrivateRedis]:
    """Run a Redis; where there is none, say so, and fail under CI.

    ``valkey-server`` is not in every distribution: its lack never fails.
    """
    ran_on.note("redis" if name == "redis-server" else "valkey")
    program = shutil.which(name)
    if program is None:
        excused = name != "redis-server"
        installed.lacking(f"{name} is not installed", excused=excused)
    # A short name: the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="bv") as folder:
        server = PrivateRedis(program, Path(folder))
        try:
            yield server
        finally:
            server.end()
