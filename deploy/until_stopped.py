"""What ``python -m deploy.KIND`` does: run a cluster until Ctrl-C."""

import argparse
import signal
import sys
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import NoReturn, TypeVar

from deploy.programs import MissingProgram

C = TypeVar("C")


def run(
    about: str,
    running: Callable[[], AbstractContextManager[C]],
    told: Callable[[C], Iterable[str]],
) -> int:
    """Bring it up, say what is to be told of it, and wait to be stopped.

    ``about`` is the program's help.  Returns the exit status.
    """
    argparse.ArgumentParser(description=about).parse_args()
    signal.signal(signal.SIGTERM, _leave)
    try:
        with running() as cluster:
            for line in told(cluster):
                print(line)
            print("Ctrl-C ends it and throws it away", flush=True)
            signal.pause()
    except MissingProgram as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _leave(*_: object) -> NoReturn:
    raise KeyboardInterrupt
