"""The service's log: a line for each record, whatever is in it."""

import io
import json
import logging
import re
from collections.abc import Iterator

import pytest

from bienvenue import Settings, audit
from bienvenue.client import Client, acting
from bienvenue.commands import logs
from bienvenue.events import Event
from bienvenue.json_line import JsonLine


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


@pytest.fixture
def as_json() -> Iterator[io.StringIO]:
    """Set a log of JSON up, and put it back as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up(Settings(log_format="json"), stream=stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)


def test_a_record_is_one_object(as_json: io.StringIO) -> None:
    with acting(Client(request_id="of-bob")):
        logging.getLogger("bienvenue.mail").warning("letter %d waits", 7)
    found = json.loads(as_json.getvalue())
    time = found.pop("time")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", time)
    assert found == {
        "level": "warning",
        "logger": "bienvenue.mail",
        "message": "letter 7 waits",
        "request_id": "of-bob",
    }


def test_no_input_forges_an_object(as_json: io.StringIO) -> None:
    hostile = 'a\n{"level":"error"}\r\x1b[31m\x00\u2028é"'
    logging.getLogger("x").error("%s", hostile)
    said = as_json.getvalue()
    assert_one_object(said, hostile)


def test_half_a_character_is_told_too() -> None:
    """Not by way of the log, which the tests' own report quotes."""
    half = "a\ud800"
    record = logging.makeLogRecord({"msg": "%s", "args": (half,)})
    assert_one_object(JsonLine().format(record) + "\n", half)


def assert_one_object(said: str, hostile: str) -> None:
    """See one line of plain characters, with that message in it."""
    assert said.count("\n") == 1
    assert said.strip().isascii()
    assert said.strip().isprintable()
    assert json.loads(said)["message"] == hostile


def test_a_traceback_is_a_member(as_json: io.StringIO) -> None:
    try:
        int("no number")
    except ValueError:
        logging.getLogger("x").exception("it failed")
    found = json.loads(as_json.getvalue())
    assert found["message"] == "it failed"
    assert found["exception"].startswith("Traceback ")


def test_a_security_event_keeps_its_members(as_json: io.StringIO) -> None:
    with acting(Client("203.0.113.7", "a browser", "of-bob")):
        audit.report(Event.FAULT, error="OSError")
    found = json.loads(as_json.getvalue())
    assert found["logger"] == "bienvenue.audit"
    assert found["event"] == "sys_fault"
    assert found["request_id"] == "of-bob"
    assert found["detail"] == {"error": "OSError"}
    assert "message" not in found


def test_requests_are_logged_only_where_asked(as_json: io.StringIO) -> None:
    logging.getLogger("bienvenue.access").info("GET / 200")
    assert as_json.getvalue() == ""
    chosen = Settings(log_format="json", log_requests=True)
    logs.set_up(chosen, stream=as_json)
    logging.getLogger("bienvenue.access").info("GET / 200")
    assert json.loads(as_json.getvalue())["message"] == "GET / 200"
    logs.set_up(Settings(), stream=as_json)
    logging.getLogger("bienvenue.access").info("GET / 200")
    assert as_json.getvalue().count("\n") == 1
