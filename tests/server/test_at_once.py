"""Requests that need no task, and those that do."""

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from granian import _futures

from bienvenue.server import at_once
from bienvenue.server.at_once import task_factory

Inner = Callable[[Any, Any], Awaitable[None]]
_of_granian: Any = _futures


class Watcher(SimpleNamespace):
    """What Granian gives a request, and is told of its end."""

    def __init__(self) -> None:
        super().__init__(scope="scope", proto="proto", ended=[])

    def done(self) -> None:
        self.ended.append(None)

    def err(self, error: BaseException) -> None:
        self.ended.append(error)


def begun(
    loop: asyncio.AbstractEventLoop, inner: Inner, **more: Any
) -> tuple[Watcher, Any]:
    """Begin a request as Granian does; return what it is told."""
    watcher = Watcher()
    watched = _of_granian._future_watcher_wrapper(inner)
    return watcher, loop.create_task(watched(watcher), **more)


def run(main: Callable[[asyncio.AbstractEventLoop], Awaitable[None]]) -> None:
    loop = asyncio.new_event_loop()
    loop.set_task_factory(task_factory)
    try:
        loop.run_until_complete(main(loop))
    finally:
        loop.close()


def test_what_is_answered_is_over_at_once() -> None:
    async def answer(scope: Any, proto: Any) -> None:
        assert (scope, proto) == ("scope", "proto")

    async def main(loop: asyncio.AbstractEventLoop) -> None:
        watcher, task = begun(loop, answer)
        assert watcher.ended == [None]
        assert not isinstance(task, asyncio.Task)
        assert task.cancel() is False
        begun(loop, answer, name="its own")

    run(main)


def test_a_fault_is_told_as_ever() -> None:
    fault = ValueError("at once, and later")

    async def fail(scope: Any, _proto: Any) -> None:
        if scope == "later":
            await asyncio.sleep(0)
        raise fault

    async def later(_scope: Any, proto: Any) -> None:
        await fail("later", proto)

    async def main(loop: asyncio.AbstractEventLoop) -> None:
        watcher, _ = begun(loop, fail)
        assert watcher.ended == [fault]
        watcher, task = begun(loop, later)
        assert watcher.ended == []
        await task
        assert watcher.ended == [fault]

    run(main)


def test_what_waits_goes_on_in_a_task() -> None:
    """For a future, a task, a timer; and hears what went wrong there."""
    heard: list[object] = []

    async def main(loop: asyncio.AbstractEventLoop) -> None:
        good, bad = loop.create_future(), loop.create_future()

        async def wait(_scope: Any, _proto: Any) -> None:
            heard.append(await good)
            with pytest.raises(KeyError):
                await bad
            heard.append(await asyncio.create_task(asyncio.sleep(0, "slept")))

        watcher, task = begun(loop, wait)
        assert isinstance(task, asyncio.Task)
        loop.call_later(0.01, good.set_result, "good")
        loop.call_later(0.02, bad.set_exception, KeyError("bad"))
        assert watcher.ended == []
        await task
        assert watcher.ended == [None]

    run(main)
    assert heard == ["good", "slept"]


@pytest.mark.parametrize("rounds", [0, 1, 2])
def test_what_waits_can_be_cancelled(rounds: int) -> None:
    async def wait(_scope: Any, _proto: Any) -> None:
        await asyncio.Event().wait()

    async def main(loop: asyncio.AbstractEventLoop) -> None:
        watcher, task = begun(loop, wait)
        for _ in range(rounds):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        (error,) = watcher.ended
        assert isinstance(error, asyncio.CancelledError)

    run(main)


def test_other_tasks_are_begun_as_ever() -> None:
    async def name() -> str:
        task = asyncio.current_task()
        assert task is not None
        return task.get_name()

    async def main(loop: asyncio.AbstractEventLoop) -> None:
        assert await loop.create_task(name(), name="own") == "own"

    run(main)


def test_it_knows_what_granian_makes_tasks_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And where it does not, a request is a task as ever."""
    assert at_once._REQUEST is not None
    monkeypatch.delattr(_futures, "_future_watcher_wrapper")
    assert at_once._request() is None
