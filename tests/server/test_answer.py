"""Collecting a WSGI answer (PEP 3333)."""

import sys
from typing import Any

import pytest

from bienvenue.server.answer import call

GET = {"REQUEST_METHOD": "GET"}


def test_the_write_callable_comes_first() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        write = start_response("200 OK", [])
        write(b"a")
        write(b"b")
        return [b"c"]

    assert call(app, GET).body == b"abc"


def test_a_second_start_needs_an_error() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Old", "1")])
        try:
            environ["no such key"]
        except KeyError:
            start_response("500 Oops", [("X-New", "1")], sys.exc_info())
        return []

    answer = call(app, GET)
    assert (answer.status, answer.headers) == (500, [("X-New", "1")])

    def twice(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        start_response("200 OK", [])
        return []

    with pytest.raises(AssertionError):
        call(twice, GET)


def test_a_result_is_closed_when_it_fails() -> None:
    class Result:
        closed = False

        def __iter__(self) -> "Result":
            return self

        def __next__(self) -> bytes:
            raise KeyError

        def close(self) -> None:
            self.closed = True

    result = Result()

    def app(environ: Any, start_response: Any) -> Result:
        start_response("200 OK", [])
        return result

    with pytest.raises(KeyError):
        call(app, GET)
    assert result.closed


@pytest.mark.parametrize("value", ["a\nb", "a\rb", "a\x00", "\x7f", "\x1b"])
def test_no_control_character_leaves(value: str) -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Name", value)])
        return []

    with pytest.raises(ValueError, match="control character"):
        call(app, GET)


def test_a_tab_may_leave() -> None:
    def app(environ: Any, start_response: Any) -> list[bytes]:
        start_response("200 OK", [("X-Name", "a\tb")])
        return []

    assert call(app, GET).headers == [("X-Name", "a\tb")]
