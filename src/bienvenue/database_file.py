"""The file of a SQLite database: which one, and whether it is there.

To connect would make it.  What only reads asks here first, so that a
misspelt name is told and does not become an empty database.
"""

from pathlib import Path

from bienvenue import engine
from bienvenue.errors import DatabaseUnavailable


def of(text: str) -> Path | None:
    """Return the file that a database URL names; None for a server's."""
    url = engine.parse_url(text)
    if url.get_backend_name() != "sqlite" or engine.in_memory(url):
        return None
    return Path(url.database or "")


def require(text: str) -> None:
    """Raise ``DatabaseUnavailable`` when a URL names a file that is not."""
    file = of(text)
    if file is not None and not file.exists():
        raise DatabaseUnavailable(
            f"there is no database file {file}; name another database_url,"
            " or make it: run `bienvenue db upgrade`"
        )
