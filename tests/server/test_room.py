"""A door that has to wait, and its room: never the application's threads."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from bienvenue.server import Options, room
from bienvenue.server.room import Room
from tests.server.support import PATIENCE, Running, assert_problem, running

FAULT = ValueError("a secret")
Reply = tuple[int, list[tuple[str, str]], bytes]


class Door:
    """Answers by the path; holds whatever comes until it is let go."""

    most = 8

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.threads: set[int] = set()
        self.begun = threading.Semaphore(0)
        self.let_go = threading.Event()

    def question(self, scope: Any) -> str | None:
        path: str = scope.path
        if path == "/unclear":
            raise FAULT
        return path if path.startswith(("/mine", "/lost", "/broken")) else None

    def answers(self, questions: Sequence[str]) -> list[Reply | None]:
        self.groups.append(list(questions))
        self.threads.add(threading.get_ident())
        self.begun.release()
        assert self.let_go.wait(PATIENCE)
        if "/broken" in questions:
            raise FAULT
        return [self._answer(each) for each in questions]

    def sorry(self, question: str) -> Reply:
        return 503, [("X-Door", "sorry")], question.encode()

    def _answer(self, path: str) -> Reply | None:
        if not path.startswith("/mine"):
            return None
        return 200, [("X-Door", "1")], path.encode()


def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer with the body that came."""
    start_response("200 OK", [])
    return [b"inside", environ["wsgi.input"].read()]


@pytest.fixture
def door() -> Iterator[Door]:
    """A door that holds nothing at the end."""
    made = Door()
    yield made
    made.let_go.set()


@pytest.fixture
def server(door: Door) -> Iterator[Running]:
    """A service with that door, which lets nothing go yet."""
    with running(app, door_factory=lambda _: door) as started:
        try:
            yield started
        finally:
            door.let_go.set()


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("/mine", b"/mine"),
        ("/lost", b"inside"),
        ("/broken", b"inside"),
        ("/unclear", b"inside"),
        ("/other", b"inside"),
    ],
)
def test_what_it_does_not_answer_goes_to_the_application(
    server: Running, door: Door, path: str, content: bytes
) -> None:
    door.let_go.set()
    for _ in range(3):
        status, fields, got = server.ask("GET", path)
        assert (status, got) == (200, content)
        assert fields.get("x-door") == ("1" if path == "/mine" else None)
    assert server.ask("POST", path, b"x")[2] == b"insidex"


def test_a_fault_of_the_door_is_logged_without_its_words(
    server: Running, door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    door.let_go.set()
    with caplog.at_level(logging.ERROR):
        for path in ("/broken", "/unclear"):
            assert server.ask("GET", path)[2] == b"inside"
    assert caplog.text.count("the door raised ValueError") == 2
    assert "secret" not in caplog.text


def test_what_came_meanwhile_is_asked_together(
    server: Running, door: Door
) -> None:
    paths = [f"/mine/{number}" for number in range(2 * room.THREADS + 6)]
    with ThreadPoolExecutor(len(paths)) as pool:
        asking = []
        for number, path in enumerate(paths):
            asking.append(pool.submit(server.ask, "GET", path))
            if number < room.THREADS:
                assert door.begun.acquire(timeout=PATIENCE)
        _until(lambda: _waiting(server) == len(paths))
        # Nobody is kept from the application by those who wait.
        assert server.ask("GET", "/other")[2] == b"inside"
        door.let_go.set()
        answers = [each.result() for each in asking]
    assert [content.decode() for _, _, content in answers] == paths
    sizes = [len(group) for group in door.groups]
    assert sizes[: room.THREADS] == [1] * room.THREADS
    assert sum(sizes) == len(paths)
    assert max(sizes) == door.most
    assert len(door.threads) == room.THREADS


def test_a_door_that_is_silent_is_not_waited_for(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not by those who were asked for, nor by those who still wait."""
    monkeypatch.setattr(room, "PATIENCE", 0.3)
    with running(app, door_factory=lambda _: door) as server:
        count = 3 * room.THREADS
        with ThreadPoolExecutor(count) as pool:
            asking = [
                pool.submit(server.ask, "GET", f"/mine/{number}")
                for number in range(count)
            ]
            answers = [each.result() for each in asking]
        assert {status for status, _, _ in answers} == {503}
        assert {each["x-door"] for _, each, _ in answers} == {"sorry"}
        assert _waiting(server) == 0
        before = len(door.groups)
        door.let_go.set()
        # What was given up is not asked for, nor answered twice.
        assert server.ask("GET", "/mine/new")[2] == b"/mine/new"
        assert door.groups[before:] == [["/mine/new"]]
        assert len(door.threads) <= room.THREADS


@pytest.mark.requirement("V15.2.2")
def test_no_more_wait_than_the_room_holds(door: Door) -> None:
    most = 2
    options = Options(threads=1, queue=most)
    with running(app, options, lambda _: door) as server:
        get = b"GET /mine HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        links = []
        for _ in range(room.THREADS):
            links.append(server.connect(get))
            assert door.begun.acquire(timeout=PATIENCE)
        for number in range(most):
            links.append(server.connect(get))
            in_all = room.THREADS + number + 1
            _until(partial(_is_waited_for, server, in_all))
        assert_problem(server.raw(get), 503, "overloaded")
        door.let_go.set()
        for link in links:
            with link:
                assert link.recv(65536).endswith(b"/mine")


def test_it_ends_with_the_service(server: Running, door: Door) -> None:
    door.let_go.set()
    assert server.ask("GET", "/mine")[0] == 200
    names = {each.name for each in threading.enumerate()}
    assert "door-0" in names
    held = _room(server)
    held.close(PATIENCE)
    assert not [one for one in held._pool._threads if one.is_alive()]


def _waiting(server: Running) -> int:
    """Return how many wait in the room."""
    return len(_room(server)._open)


def _room(server: Running) -> Room:
    way_in = server.process._bridge._way_in
    assert way_in is not None
    return way_in._room


def _is_waited_for(server: Running, count: int) -> bool:
    return _waiting(server) == count


def _until(true: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / 0.01)):
        if true():
            return
        threading.Event().wait(0.01)
    raise AssertionError
