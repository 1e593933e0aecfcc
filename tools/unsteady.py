"""Tests that failed beside hundreds of others, once more and alone.

Some tests compare times, or kill a server under load; on a machine that
does other things at that moment one of thousands may miss.  A fault fails
again.  What passes the second time is named, so that somebody mends it, and
more than a few failures are not looked at twice.
"""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

MOST = 3
"""Failures that are tried again; more are no accident."""


def names(root: Path) -> list[str]:
    """Return the tests that failed in the last run in this folder."""
    file = root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    if not file.is_file():
        return []
    return sorted(json.loads(file.read_text("utf-8")))


def only(root: Path, pytest: Sequence[str]) -> bool:
    """Tell whether the tests that failed pass alone; say which they were.

    ``pytest`` is how to call it.  False when too many failed, or none: then
    something else went wrong.
    """
    failed = names(root)
    if not 0 < len(failed) <= MOST:
        return False
    print(f"once more, alone: {' '.join(failed)}", flush=True)
    options = ["--last-failed", "--last-failed-no-failures=none", "--no-cov"]
    done = subprocess.run(
        [*pytest, "--quiet", "--no-header", *options], cwd=root, check=False
    )
    if done.returncode != 0:
        return False
    for name in failed:
        print(f"UNSTEADY {name}: failed, then passed alone", flush=True)
    return True
