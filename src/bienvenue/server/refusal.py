"""What the server answers by itself, in the shape of the service's errors.

RFC 9457, with ``message`` for humans and ``code`` for machines; nothing of
the request is repeated.
"""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from bienvenue import observing
from bienvenue.observing import Tally
from bienvenue.server.body import Body, Fault
from bienvenue.server.rsgi import Exchange, Scope

HEADERS = (("Cache-Control", "no-store"),)
"""What a refusal carries unless the application has headers for all."""

Fixed = Iterable[tuple[str, str]]


def overloaded(
    proto: Exchange, scope: Scope, body: Body, fixed: Fixed = HEADERS
) -> None:
    """Answer 503: too many requests wait for a thread."""
    unread = body.fault is Fault.ENDLESS
    _send(
        proto,
        503,
        "overloaded",
        "the service is busy, try again",
        [*fixed, ("Retry-After", "1"), *(closing(scope) if unread else [])],
    )


def too_late(proto: Exchange, scope: Scope, fixed: Fixed = HEADERS) -> None:
    """Answer 408 and end the connection (RFC 9110, section 15.5.9)."""
    _send(
        proto,
        408,
        "request_timeout",
        "the request did not arrive in time",
        [*fixed, *closing(scope)],
    )


def malformed(
    proto: Exchange, scope: Scope, why: str, fixed: Fixed = HEADERS
) -> None:
    """Answer 400 and end the connection, which may be out of step."""
    _send(proto, 400, "bad_request", why, [*fixed, *closing(scope)])


def internal_error(
    proto: Exchange, scope: Scope, fixed: Fixed = HEADERS
) -> None:
    """Answer 500, unless an answer has gone out already."""
    _send(
        proto,
        500,
        "internal_error",
        "internal error",
        [*fixed, *closing(scope)],
    )


def websocket(proto: Any) -> None:
    """Refuse a websocket, which Granian is told not to offer."""
    proto.close(403)


def closing(scope: Scope) -> list[tuple[str, str]]:
    """Return the headers that end the connection after the answer.

    HTTP/2 has none (RFC 9113, section 8.2.2): a stream ends by itself.
    """
    return [] if scope.http_version == "2" else [("Connection", "close")]


def _send(
    proto: Exchange,
    status: int,
    code: str,
    message: str,
    extra: list[tuple[str, str]],
) -> None:
    observing.tell(Tally.SERVER_REFUSED, code)
    headers = [("Content-Type", "application/problem+json"), *extra]
    members = {
        "message": message,
        "code": code,
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
    }
    content = json.dumps(members, separators=(",", ":")).encode() + b"\n"
    proto.response_bytes(status, headers, content)
