"""A door is told when many stand before it, and serves nobody too early."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from bienvenue.server.loop import Loop, new_loop
from bienvenue.server.turn import WORTH_IT, Turn, turn_of
from tests.server.support import PATIENCE, Running, echo, running


class Recorder:
    """A door that writes down what happens to it, in order."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.does: dict[str, Callable[[], object]] = {}

    def __call__(self, scope: Any) -> Any:
        self.log.append(scope.path)
        self.does.get(scope.path, int)()
        return 200, [], b"at the door"

    def turn_begins(self) -> None:
        self.log.append("begins")
        self.does.get("begins", int)()

    def turn_ends(self) -> None:
        self.log.append("ends")
        self.does.get("ends", int)()


def serve_all(
    door: Recorder, names: str, raised: list[BaseException]
) -> None:
    """Serve these, which stand in a loop's queue when it looks."""
    loop = new_loop()
    assert isinstance(loop, Loop)
    turn = turn_of(door, loop, raised.append)
    assert isinstance(turn, Turn)

    def serve(name: str) -> None:
        if not turn.is_on:
            turn.look()
        door.log.append(name)
        door.does.get(name, int)()

    door.does.setdefault("a", lambda: loop.call_soon(serve, "late"))
    for name in names:
        loop.call_soon(serve, name)
    loop.call_soon(loop.call_soon, loop.stop)
    loop.run_forever()
    loop.close()


def test_who_comes_later_is_served_after_the_end() -> None:
    door = Recorder()
    serve_all(door, "abcd", [])
    assert door.log == ["begins", *"abcd", "ends", "late"]


def test_a_short_queue_is_not_worth_a_word() -> None:
    door = Recorder()
    # The one that stops the loop stands in the queue as well.
    serve_all(door, "abcd"[: WORTH_IT - 1], [])
    assert door.log == ["a", "late"]


@pytest.mark.parametrize("what", ["begins", "ends"])
def test_a_door_that_fails_at_it_harms_nobody(what: str) -> None:
    door, raised = Recorder(), list[BaseException]()
    error = ValueError("no")

    def fail() -> None:
        raise error

    door.does[what] = fail
    serve_all(door, "abcd", raised)
    assert raised == [error]
    assert door.log == ["begins", *"abcd", "ends", "late"]


def test_other_doors_and_other_loops_are_told_nothing() -> None:
    loop = new_loop()
    assert turn_of(lambda _scope: None, loop, print) is None
    assert turn_of(None, loop, print) is None
    loop.close()


def until(holds: Callable[[], bool]) -> None:
    """Wait; the event loop may be what waits."""
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        threading.Event().wait(0.001)


def test_requests_of_a_real_server_stand_in_the_queue() -> None:
    """What is told to the door rests on how Granian hands them over."""
    door, came = Recorder(), threading.Event()
    sockets: list[Any] = []

    def send(server: Running, path: bytes) -> None:
        head = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % path
        sockets.append(server.connect(head))

    with running(echo, door_factory=lambda _: door) as server:
        loop = server.process._loop
        assert isinstance(loop, Loop)

        def gather() -> None:
            came.set()
            until(lambda: loop.behind() >= 4)

        def meanwhile() -> None:
            before = loop.behind()
            send(server, b"/late")
            until(lambda: loop.behind() > before)

        door.does |= {"/first": gather, "begins": meanwhile}
        send(server, b"/first")
        assert came.wait(PATIENCE)
        for name in (b"/a", b"/b", b"/c", b"/d"):
            send(server, name)
        until(lambda: "/late" in door.log)
        for each in sockets:
            assert each.recv(1000).startswith(b"HTTP/1.1 200")
            each.close()
    first, begins, *four, ends, late = door.log
    assert (first, begins, ends, late) == ("/first", "begins", "ends", "/late")
    assert sorted(four) == ["/a", "/b", "/c", "/d"]
