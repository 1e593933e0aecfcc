"""End a process that has served."""

import atexit
import logging
import os
import sys
from typing import NoReturn


def leave(status: int = 0) -> NoReturn:
    """Run what was registered for the end, and end the process.

    The interpreter is not taken apart.  Granian's threads may still let go
    of objects then, and before version 3.14 Python ends a thread that asks
    for its lock so late; Rust takes that for a panic and aborts the process,
    a few times in a hundred.
    """
    # The first thing the interpreter does at its end, too.
    atexit._run_exitfuncs()  # noqa: SLF001 - it has no public name
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
