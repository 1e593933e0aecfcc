"""The service's log: lines on standard error, one for each record."""

import logging
import time
from typing import TextIO

from bienvenue import audit_line

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
            text = super().format(record)
        return "".join(
            char if char.isprintable() else ascii(char)[1:-1] for char in text
        )


def set_up(
    level: int = logging.WARNING, stream: TextIO | None = None
) -> None:
    """Send the log of this process to standard error, or ``stream``.

    Security events are in it whatever the level of the rest.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(OneLine())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger(audit_line.LOGGER).setLevel(logging.INFO)
