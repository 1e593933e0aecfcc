"""The service's log: lines on standard error, one for each record."""

import logging
import time
from typing import TextIO

from bienvenue import audit_line
from bienvenue.config import Settings
from bienvenue.json_line import JsonLine
from bienvenue.web.watching import ACCESS

_FORM = "%(asctime)sZ %(levelname)s %(name)s: %(message)s"


class OneLine(logging.Formatter):
    """Writes a record as one line, in UTC.

    Line breaks and other controls become escapes, so that no input can
    forge a record or speak to a terminal (OWASP ASVS V16.4.1).  A security
    event is a line of JSON, which has its own time.
    """

    converter = staticmethod(time.gmtime)

    def __init__(self) -> None:
        """Take the time to the second, as ISO 8601 writes it."""
        super().__init__(_FORM, "%Y-%m-%dT%H:%M:%S")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is in it, escaped."""
        if record.name == audit_line.LOGGER:
            text = record.getMessage()
        else:
            text = super().format(record) + _told(record)
        return "".join(
            char if char.isprintable() else ascii(char)[1:-1] for char in text
        )


def set_up(
    settings: Settings | None = None,
    level: int = logging.WARNING,
    stream: TextIO | None = None,
) -> None:
    """Send the log of this process to standard error, or ``stream``.

    In the form that the settings choose; lines of text without them.
    Security events are in it whatever the level of the rest, and so are
    requests where the settings want them.
    """
    as_json = settings is not None and settings.log_format == "json"
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLine() if as_json else OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger(audit_line.LOGGER).setLevel(logging.INFO)
    requests = settings is not None and settings.log_requests
    logging.getLogger(ACCESS).setLevel(logging.INFO if requests else level)


def _told(record: logging.LogRecord) -> str:
    """Return what a record is about beside its message."""
    members: dict[str, object] = getattr(record, "members", {})
    own = ("method", "route", "status")  # which the message says
    told = (f" {key}={members[key]}" for key in members if key not in own)
    return "".join(told)
