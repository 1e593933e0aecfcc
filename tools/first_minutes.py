"""Time a new user's first minutes: ``python -m tools.first_minutes``.

From a fresh clone of the last commit, by ``make run`` and nothing else, to a
signed-in account page in a browser.  It prints what each step took, and
exits 1 when all of them took longer than two minutes.  What is downloaded
comes from wherever pip is told to look.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.browser import acts
from tests.browser.chromium import Person
from tests.browser.chromium import started as browser_started
from tests.service import Heard, free_port

ROOT = Path(__file__).resolve().parent.parent
MOST = 120.0
"""Seconds that it may take."""

_PATIENCE = 600.0
_EMAIL, _PASSWORD = "me@example.com", "seven quiet lanterns"


class Steps:
    """Steps, and how long each of them took."""

    def __init__(self) -> None:
        """Begin with the first one."""
        self.total = 0.0
        self._since = time.monotonic()

    def done(self, name: str) -> None:
        """Say that a step is done, and begin the next."""
        took = time.monotonic() - self._since
        self.total += took
        self._since += took
        print(f"{took:7.1f} s  {name}", flush=True)


def main() -> int:
    """Do it all in a folder of its own; return the exit status."""
    steps = Steps()
    with tempfile.TemporaryDirectory(prefix="bienvenue-new-") as name:
        clone = Path(name, "bienvenue")
        git = ["git", "clone", "--quiet", str(ROOT), str(clone)]
        subprocess.run(git, check=True)
        steps.done("git clone")
        port = free_port()
        service = _made(clone, port)
        try:
            _until_ready(service, port)
            steps.done("make run: set up, and start")
            _look_around(f"http://localhost:{port}", steps)
        finally:
            os.killpg(service.pid, signal.SIGINT)
            service.wait(_PATIENCE)
    print(f"{steps.total:7.1f} s  in all, of {MOST:.0f}")
    return 0 if steps.total <= MOST else 1


def _made(clone: Path, port: int) -> "subprocess.Popen[bytes]":
    """Run ``make run`` in a clone, with nothing of this environment's."""
    ours = ("BIENVENUE_", "PYTHON", "VIRTUAL_ENV", "FLASK_", "MAKE")
    env = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    return subprocess.Popen(
        ["make", "run", f"ARGS=--port {port}"],
        cwd=clone,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        process_group=0,
    )


def _until_ready(service: "subprocess.Popen[bytes]", port: int) -> None:
    assert service.stdout is not None
    said = Heard(service.stdout)
    if not said.wait_for(f":{port}"):
        raise SystemExit(f"it did not start:\n{said.text()}")


def _look_around(url: str, steps: Steps) -> None:
    with browser_started() as browser:
        person = Person(browser, url)
        tab = person.tab()
        steps.done("start a browser")
        acts.enter(tab, _EMAIL, _PASSWORD)
        steps.done("sign up, sign in, see the account")
        person.leave()


if __name__ == "__main__":
    sys.exit(main())
