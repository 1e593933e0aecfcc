"""No task for a request that is answered as soon as it is looked at.

Granian makes an asyncio task of every request, which the event loop begins in
its next round: a thirtieth of a whole session check, and most requests are
such checks and have their answer by then.  So a request is begun where its
task would be made, and gets one only if it has to wait.

Whatever is done before it waits is done in a context that all requests share:
nothing there may set a ``ContextVar``.
"""

import asyncio
from collections.abc import Coroutine, Generator
from types import CodeType
from typing import Any

from granian import _futures

_Coroutine = Coroutine[Any, Any, None]


def _request() -> CodeType | None:
    """Return the one function whose coroutines Granian makes tasks of."""
    # It has no public name, and may get another private one.
    wrapper: Any = getattr(_futures, "_future_watcher_wrapper", None)
    found = wrapper and getattr(wrapper(None), "__code__", None)
    return found if isinstance(found, CodeType) else None


_REQUEST = _request()


class _Answered:
    """Stands for the task that was not needed."""

    def cancel(self) -> bool:
        """Cancel nothing: all is done."""
        return False

    def set_name(self, _name: object) -> None:
        """Have no name: some versions of asyncio give one to each task."""


_ANSWERED = _Answered()


def task_factory(
    loop: asyncio.AbstractEventLoop, begins: Any, **more: Any
) -> Any:
    """Return a task (``loop.set_task_factory``), or what is done already.

    What is not a request of Granian's becomes a task as ever.
    """
    code = getattr(begins, "cr_code", None)
    if code is not None and code is _REQUEST:
        try:
            waits_for = begins.send(None)
        except StopIteration:
            return _ANSWERED
        begins = _Rest(begins, waits_for)
    return asyncio.Task(begins, loop=loop, **more)


class _Rest(_Coroutine):
    """A coroutine from where it waits for the first time."""

    def __init__(self, begun: _Coroutine, waits_for: Any) -> None:
        self._begun, self._waits_for = begun, waits_for
        self._is_told = False

    def send(self, value: None) -> Any:
        """Say first what it waits for, then go on with it."""
        if self._is_told:
            return self._begun.send(value)
        self._is_told = True
        return self._waits_for

    def throw(self, *fault: Any) -> Any:
        """Raise in it, be it before it was said what it waits for."""
        self._is_told = True
        return self._begun.throw(*fault)

    def close(self) -> None:
        """End it where it waits."""
        self._begun.close()

    def __await__(self) -> Generator[Any, Any, None]:
        """Refuse: a task drives it, and nobody else."""
        raise NotImplementedError
