"""The end of a process that has served."""

import subprocess
import sys

_LEAVING = """
import atexit, sys
from bienvenue.server import leave

class Witness:
    def __del__(self):
        print("taken apart")

witness = Witness()
atexit.register(print, "first registered")
atexit.register(print, "last registered")
sys.stdout.write("not yet flushed\\n")
leave(3)
"""


def test_what_was_registered_is_run_and_nothing_is_taken_apart() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _LEAVING],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.splitlines() == [
        "not yet flushed",
        "last registered",
        "first registered",
    ]
