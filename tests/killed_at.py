"""Open a database and die at the n-th statement that changes anything.

``python killed_at.py`` reads lines ``URL N`` and, for each, has a child of
its own open the database (it makes or upgrades the schema) and kill itself,
with a signal that cannot be caught, before the N-th such statement.  It
answers ``killed``, or ``done`` when there were fewer.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Connection, Engine, event

import bienvenue.migrations  # noqa: F401  loaded once, not in each child
from bienvenue import DB

_CHANGES = ("CREATE", "ALTER", "DROP", "INSERT", "UPDATE", "DELETE")


def open_and_die(url: str, number: int) -> None:
    """Open a database; end this process before a statement."""
    seen = 0

    def count(_on: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal seen
        if statement.lstrip().upper().startswith(_CHANGES):
            seen += 1
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    DB(url).close()


def main() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        url, number = line.rsplit(None, 1)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                open_and_die(url, int(number))
                status = 0
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        killed = ended == signal.SIGKILL
        said = "killed" if killed else "done"
        sys.stdout.write(f"{said if killed or not ended else 'failed'}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
