"""Programs that tests need: found, else the test is skipped; CI fails.

On a developer's machine a program may be missing; the table at the end of a
run names it.  ``.ci/run`` installs them all, so there it is a fault.
"""

import os
import shutil
import sysconfig
from typing import NoReturn

import pytest

# Debian keeps servers where only root's PATH leads.
_PATH = os.pathsep.join(
    (os.environ.get("PATH", ""), "/usr/sbin", sysconfig.get_path("scripts"))
)


def program(name: str, package: str | None = None) -> str:
    """Return the path of a program; ``package`` is what would bring it."""
    found = shutil.which(name, path=_PATH)
    if found is None:
        lacking(f"{package or name} is not installed")
    return found


def lacking(told: str, *, excused: bool = False) -> NoReturn:
    """End a test that cannot run here, and say why.

    With ``excused`` even CI may lack it.
    """
    if os.environ.get("CI") and not excused:
        pytest.fail(told)
    pytest.skip(f"not run: {told}")
