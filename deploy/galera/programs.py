"""What a Galera node is made of; a missing program says its fix."""

from pathlib import Path

from deploy import programs

PATIENCE = 90.0
"""Seconds after which something that should happen has not."""

_PACKAGES = "mariadb-server galera-4 rsync lsof"
_LIBRARY = "libgalera_smm.so"


def program(name: str) -> str:
    """Return where a program is.  Raises ``MissingProgram``."""
    return programs.program(name, _PACKAGES)


def provider() -> Path:
    """Return where Galera's library is.  Raises ``MissingProgram``."""
    for place in ("/usr/lib/galera", "/usr/lib64/galera-4", "/usr/lib"):
        found = Path(place, _LIBRARY)
        if found.is_file():
            return found
    raise programs.missing(_LIBRARY, _PACKAGES)
