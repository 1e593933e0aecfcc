"""Run ``bienvenue db copy`` and die at the n-th batch of rows.

``python killed_copy.py N URL``; the target is in TARGET_DATABASE_URL.
"""

import os
import signal
import sys
from typing import Any

from sqlalchemy import Connection, Engine, event

from bienvenue import transfer
from bienvenue.cli import cli

BATCH = 100


def main() -> None:
    """Kill this process, so that it can do nothing more."""
    number, seen = int(sys.argv[1]), 0
    transfer.BATCH = BATCH

    def count(on: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal seen
        if statement.startswith("INSERT INTO") and "_version" not in statement:
            seen += "sqlite_sequence" not in statement
            if seen == number:
                os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", count)
    cli(["db", "copy", "--database-url", sys.argv[2]])


if __name__ == "__main__":
    main()
