"""The service's log: a line for each record, whatever is in it."""

import io
import logging
import re
from collections.abc import Iterator

import pytest

from bienvenue.commands import logs


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Set the log up, and put it back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up(stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_record_is_one_line_in_utc(log: io.StringIO) -> None:
    logging.getLogger("bienvenue.mail").warning("letter %d waits", 7)
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ WARNING bienvenue.mail:"
        r" letter 7 waits\n",
        log.getvalue(),
    )


def test_no_input_forges_a_record(log: io.StringIO) -> None:
    logging.getLogger("x").error("%s", "a\nb\r\x1b[31m\x00\u2028é")
    said = log.getvalue()
    assert said.endswith(": a\\nb\\r\\x1b[31m\\x00\\u2028é\n")


def test_a_traceback_is_in_the_line(log: io.StringIO) -> None:
    try:
        int("no number")
    except ValueError:
        logging.getLogger("x").exception("it failed")
    said = log.getvalue()
    assert said.count("\n") == 1
    assert "it failed\\nTraceback " in said


def test_below_a_warning_nothing_is_said(log: io.StringIO) -> None:
    logging.getLogger("x").info("hello")
    assert log.getvalue() == ""


def test_setting_up_twice_says_things_once(log: io.StringIO) -> None:
    logs.set_up(stream=log)
    logging.getLogger("x").warning("hello")
    assert log.getvalue().count("\n") == 1
