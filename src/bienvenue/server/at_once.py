"""No task for a request that is answered as soon as it is looked at.

Granian makes an asyncio task of every request, which the event loop begins in
its next round: a thirtieth of a whole session check, and most requests are
such checks and have their answer by then.  So a request is begun where its
task would be made, and gets one only if it has to wait.
"""

import asyncio
from collections.abc import Coroutine, Generator
from types import CodeType, coroutine
from typing import Any

from granian import _futures

_of_granian: Any = _futures

# The one function whose coroutines Granian makes tasks of.
_REQUEST: CodeType = _of_granian._future_watcher_wrapper(None).__code__  # noqa: SLF001 - it has no other name


class _Answered:
    """Stands for the task that was not needed."""

    def cancel(self) -> bool:
        """Cancel nothing: all is done."""
        return False


_ANSWERED = _Answered()


def task_factory(
    loop: asyncio.AbstractEventLoop, begins: Any, **more: Any
) -> Any:
    """Return a task (``loop.set_task_factory``), or what is done already."""
    if getattr(begins, "cr_code", None) is _REQUEST:
        try:
            waits_for = begins.send(None)
        except StopIteration:
            return _ANSWERED
        begins = _the_rest(begins, waits_for)
    return asyncio.Task(begins, loop=loop, **more)


async def _the_rest(begun: Coroutine[Any, Any, None], waits_for: Any) -> None:
    await _driven(begun, waits_for)


@coroutine
def _driven(
    begun: Coroutine[Any, Any, None], waits_for: Any
) -> Generator[Any, Any, None]:
    """Hand on what a coroutine waits for, and to it what comes of that."""
    while True:
        fault = told = None
        try:
            told = yield waits_for
        except BaseException as error:  # noqa: BLE001 - it is the coroutine's
            fault = error
        try:
            waits_for = begun.throw(fault) if fault else begun.send(told)
        except StopIteration:
            return
