"""An audit event as one line of JSON, whatever is in it.

The form is for machines: printable ASCII, so that no input can forge a line
or speak to a terminal (OWASP ASVS V16.4.1), with the time in UTC as ISO 8601
has it (V16.2.2).
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bienvenue import clock

LOGGER = "bienvenue.audit"
_log = logging.getLogger(LOGGER)

_DETAIL_CHARACTERS = 200
_SHOWN = (
    "event",
    "outcome",
    "user_id",
    "actor_id",
    "address",
    "agent",
    "request_id",
)


def clean(text: str | None, characters: int) -> str | None:
    """Return what can be stored and shown of a text: no controls."""
    if text is None:
        return None
    # Cut first, so that what a client sends at length costs nothing.
    return "".join(filter(str.isprintable, text[:characters])) or None


def packed(detail: Mapping[str, str | int | None]) -> str | None:
    """Return detail as it is stored: a JSON object, or None for none."""
    said = {
        name: clean(value, _DETAIL_CHARACTERS)
        if isinstance(value, str)
        else value
        for name, value in detail.items()
    }
    told = {name: value for name, value in said.items() if value is not None}
    return _json(told) if told else None


def told(event: Mapping[Any, Any]) -> dict[str, Any]:
    """Return an event as it is logged and exported."""
    line = {"time": iso(event["at"])}
    line |= {name: event[name] for name in _SHOWN}
    line["detail"] = unpacked(event["detail"])
    if "sequence" in event:
        line |= {"strand": event["strand"], "sequence": event["sequence"]}
    return line


def unpacked(detail: str | None) -> Any:
    """Return stored detail as it was given; what is no JSON as it is."""
    try:
        return json.loads(detail or "{}")
    except ValueError:
        return detail


def iso(at: Any) -> str:
    """Return a time in ISO 8601, in UTC, to the microsecond, with Z.

    Takes an aware UTC datetime, or microseconds since the epoch; whatever
    else a row was made to hold is returned as text.
    """
    if not isinstance(at, datetime):
        try:
            at = clock.to_datetime(at)
        except (TypeError, OverflowError):
            return str(at)
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}Z"


def log(event: Mapping[str, Any], level: int = logging.INFO) -> None:
    """Write an event to the log ``bienvenue.audit``."""
    if _log.isEnabledFor(level):
        _log.log(level, "%s", _json(told(event)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))
