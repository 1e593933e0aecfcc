"""One turn of the event loop, in which a door answers many requests.

Under load the loop finds a queue of requests whenever it looks.  A door for
which many in one go are less work than one after the other is told when such
a queue begins and when it is over.

Who stands in the queue has asked before the door was told that it begins, and
who comes later is not served before it was told that it is over: what is
called after us stands behind us.  So a door may answer all of them from what
holds at the beginning, and tell nobody what was over when they asked.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol, runtime_checkable

from bienvenue.server.loop import Loop

WORTH_IT = 2
"""How many have to stand behind a request for the door to be told."""


@runtime_checkable
class TurnDoor(Protocol):
    """A door that wants to know; what it is told waits for nothing."""

    def turn_begins(self) -> None:
        """Several requests are next, and nothing else is between them."""

    def turn_ends(self) -> None:
        """They were answered, or left to the application."""


class Turn:
    """Tells a door; for the event loop's thread alone.

    ``is_on`` is true between what a door is told.  ``failed`` is told what
    the door raised, which harms nobody else.
    """

    def __init__(
        self,
        door: TurnDoor,
        loop: Loop,
        failed: Callable[[BaseException], object],
    ) -> None:
        """Look at the queue of this loop."""
        self._door, self._loop, self._failed = door, loop, failed
        self.is_on = False

    def look(self) -> None:
        """Begin, if others stand behind the request in hand."""
        if self._loop.behind() >= WORTH_IT:
            self.is_on = True
            # First, so that nobody can come between.
            self._loop.call_soon(self._end)
            self._tell(self._door.turn_begins)

    def _end(self) -> None:
        self.is_on = False
        self._tell(self._door.turn_ends)

    def _tell(self, what: Callable[[], None]) -> None:
        try:
            what()
        except Exception as error:  # noqa: BLE001 - requests are answered
            self._failed(error)


def turn_of(
    door: object,
    loop: asyncio.AbstractEventLoop,
    failed: Callable[[BaseException], object],
) -> Turn | None:
    """Return what tells this door; None where nobody wants or can know."""
    if isinstance(door, TurnDoor) and isinstance(loop, Loop):
        return Turn(door, loop, failed)
    return None
