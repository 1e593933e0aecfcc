"""The event loop that Granian calls, from another thread, for every request.

asyncio wakes its loop for each call by a byte through a socket, also when
the loop has not yet seen the last one: two system calls and two turns of the
interpreter's lock a request, a twentieth of a whole session check.  One byte
does for all that came meanwhile.
"""

import asyncio
from collections.abc import Sized
from typing import Any

from bienvenue.server.at_once import task_factory

_BASE: Any = asyncio.SelectorEventLoop
"""The same to a type checker that knows no private names."""


class Loop(asyncio.SelectorEventLoop):
    """asyncio's own loop, woken once for all calls it has not seen.

    What is called is queued before the loop is woken, and the queue is
    looked at after the byte was read.  So whoever finds the loop woken
    already can leave it at that.
    """

    _is_woken = False
    # asyncio's own queue; where that has another name, nobody stands behind.
    _ready: Sized = ()

    def behind(self) -> int:
        """Return how many calls stand behind the one that is made now."""
        return len(self._ready)

    def _write_to_self(self) -> None:
        if not self._is_woken:
            self._is_woken = True
            _BASE._write_to_self(self)  # noqa: SLF001 - our base's own

    def _read_from_self(self) -> None:
        try:
            _BASE._read_from_self(self)  # noqa: SLF001 - as above
        finally:
            # Not before: a byte written meanwhile would be read with the
            # others, and nobody would write another.
            self._is_woken = False


def new_loop() -> asyncio.AbstractEventLoop:
    """Return a loop; asyncio's own where it is woken in another way.

    It makes no tasks of requests that are answered at once (``at_once``).
    """
    names = ("_write_to_self", "_read_from_self")
    known = all(hasattr(_BASE, name) for name in names)
    loop = Loop() if known else asyncio.new_event_loop()
    loop.set_task_factory(task_factory)
    return loop
