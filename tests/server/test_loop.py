"""The event loop that serves: woken once for all calls of other threads."""

import asyncio
import threading

import pytest

from bienvenue.server import loop as loops
from bienvenue.server.loop import Loop, new_loop
from tests.service import PATIENCE

CALLS = 500
THREADS = 4


def test_every_call_of_every_thread_is_made() -> None:
    """A call that came while the loop was being woken is not forgotten.

    The loop has no timer that would wake it up in any case.
    """
    loop, all_made = new_loop(), threading.Event()
    assert isinstance(loop, Loop)
    made = [0]

    def called() -> None:
        made[0] += 1
        if made[0] == CALLS * THREADS:
            all_made.set()

    def call() -> None:
        for number in range(CALLS):
            loop.call_soon_threadsafe(called)
            if number % 7 == 0:  # let the loop fall asleep now and then
                threading.Event().wait(0.0005)

    threads = [threading.Thread(target=call) for _ in range(THREADS)]
    runs = threading.Thread(target=loop.run_forever, daemon=True)
    for thread in (runs, *threads):
        thread.start()
    assert all_made.wait(PATIENCE)
    loop.call_soon_threadsafe(loop.stop)
    for thread in (runs, *threads):
        thread.join(PATIENCE)
    loop.close()


def test_it_is_woken_once_for_many_calls(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loop, woken = new_loop(), []
    base = asyncio.SelectorEventLoop
    write = getattr(base, "_write_to_self")  # noqa: B009 - private to mypy
    monkeypatch.setattr(
        base, "_write_to_self", lambda self: woken.append(write(self))
    )
    for _ in range(3):
        loop.call_soon_threadsafe(int)
    assert len(woken) == 1
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.call_soon_threadsafe(int)
    assert len(woken) == 2
    loop.close()


def test_where_asyncio_is_woken_otherwise_it_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(loops, "_BASE", object)
    loop = new_loop()
    assert not isinstance(loop, Loop)
    loop.close()
