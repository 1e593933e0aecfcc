"""Who is acting: nested, in its own thread, and worked out late."""

import threading

import pytest

from bienvenue import client
from bienvenue.client import NOBODY, Client


def test_nobody_acts_unless_somebody_says_so() -> None:
    assert client.current() is NOBODY


def test_the_innermost_acts_and_it_ends() -> None:
    outer, inner = Client("192.0.2.1"), Client("192.0.2.2")
    with client.acting(outer):
        with client.acting(inner):
            assert client.current() is inner
        assert client.current() is outer
    assert client.current() is NOBODY


def test_an_error_ends_it_too() -> None:
    with (
        pytest.raises(ZeroDivisionError),
        client.acting(Client("192.0.2.1")),
    ):
        1 / 0  # noqa: B018 - for its error
    assert client.current() is NOBODY


def test_another_thread_acts_for_itself() -> None:
    seen: list[Client] = []
    with client.acting(Client("192.0.2.1")):
        thread = threading.Thread(target=lambda: seen.append(client.current()))
        thread.start()
        thread.join()
    assert seen == [NOBODY]


def test_it_is_worked_out_only_when_asked_for() -> None:
    asked: list[int] = []

    def source() -> Client:
        asked.append(1)
        return Client("192.0.2.1")

    token = client.begin(source)
    assert asked == []
    assert client.current().address == "192.0.2.1"
    client.end(token)
    assert asked == [1]
