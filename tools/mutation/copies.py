"""Copies of the checkout, since the work tree is never touched."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder for the copies, and take it away at the end."""
    with tempfile.TemporaryDirectory(
        prefix="mutation-", ignore_cleanup_errors=True
    ) as name:
        yield Path(name).resolve()


def checkout(to: Path) -> None:
    """Copy the files that git knows, or would."""
    listed = subprocess.run(
        ["git", "ls-files", "-coz", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)


def another(copy: Path, to: Path) -> None:
    """Copy a copy, with what was compiled there."""
    shutil.copytree(copy, to, symlinks=True)
