"""A record of the log as one line of JSON.

Always ``time`` (UTC, ISO 8601), ``level``, ``logger`` and ``message``; then
``request_id`` and ``trace_id`` of what was being done, and what the record
is about.  Printable ASCII, so that no input can forge a line or speak to a
terminal (OWASP ASVS V16.4.1).
"""

import json
import logging
from typing import Any

from bienvenue import audit_line, client, clock, observing


class JsonLine(logging.Formatter):
    """Writes a record as one JSON object."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is a member of it."""
        members: dict[str, Any] = {
            "time": audit_line.iso(clock.now()),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name == audit_line.LOGGER:
            # Already an object, with its own time and request.
            members |= json.loads(record.getMessage())
        else:
            members["message"] = record.getMessage()
            members |= _of_request()
            members |= getattr(record, "members", {})
        if record.exc_info:
            members["exception"] = self.formatException(record.exc_info)
        trace_id = observing.trace_id()
        if trace_id is not None:
            members["trace_id"] = trace_id
        return json.dumps(members, ensure_ascii=True, separators=(",", ":"))


def _of_request() -> dict[str, Any]:
    request_id = client.current().request_id
    return {} if request_id is None else {"request_id": request_id}
