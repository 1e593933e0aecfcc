"""Ask a server the same question over many connections, for some seconds.

``wrk`` does it where it is installed; it takes some microseconds a request,
so that the server is what is measured.  Otherwise ``bench.asker`` does,
which is plain Python.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from bench.servers import ROOT, Failed

CONNECTIONS = 32
PATH = "/profile"


class Load(NamedTuple):
    """What was answered; times in seconds."""

    requests: int
    lasted: float
    p50: float
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.lasted


def generator() -> str:
    """Return the name of what will ask."""
    return "wrk" if shutil.which("wrk") else "bench/asker.py"


def ask(
    port: int, cookies: Path, seconds: int, core: int, path: str = PATH
) -> Load:
    """Ask for a path with all Cookie headers in the file by turns.

    Raises ``Failed`` when any answer was an error.
    """
    url = f"http://127.0.0.1:{port}{path}"
    if generator() == "wrk":
        script = str(ROOT / "bench" / "load.lua")
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s"]
        command += ["-s", script, url, "--", str(cookies)]
    else:
        command = [sys.executable, "-m", "bench.asker"]
        command += [str(port), str(seconds), str(cookies), path]
    done = subprocess.run(
        ["taskset", "-c", str(core), *command],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=seconds + 60,
    )
    return _read(done.stdout, done.stderr)


def _read(said: str, complained: str) -> Load:
    """Read ``DONE requests microseconds errors p50 p99``."""
    *_, last = said.strip().splitlines() or [""]
    name, *figures = last.split() or [""]
    if name != "DONE":
        raise Failed(f"the load generator failed: {complained.strip()[-300:]}")
    requests, lasted, errors, p50, p99 = map(int, figures)
    if errors or not requests:
        raise Failed(f"{errors} of {requests} answers were errors")
    return Load(requests, lasted / 1e6, p50 / 1e6, p99 / 1e6)
