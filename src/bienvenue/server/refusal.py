"""What the server answers by itself, in the shape of the service's errors.

``message`` is for humans, ``code`` for machines; nothing of the request is
repeated.
"""

import json
from typing import Any

from bienvenue.server.body import Body, Fault
from bienvenue.server.rsgi import Exchange, Scope


def overloaded(proto: Exchange, scope: Scope, body: Body) -> None:
    """Answer 503: too many requests wait for a thread."""
    unread = body.fault is Fault.ENDLESS
    _send(
        proto,
        503,
        "overloaded",
        "the service is busy, try again",
        [("Retry-After", "1"), *(closing(scope) if unread else [])],
    )


def too_late(proto: Exchange, scope: Scope) -> None:
    """Answer 408 and end the connection (RFC 9110, section 15.5.9)."""
    _send(
        proto,
        408,
        "request_timeout",
        "the request did not arrive in time",
        closing(scope),
    )


def malformed(proto: Exchange, scope: Scope, why: str) -> None:
    """Answer 400 and end the connection, which may be out of step."""
    _send(proto, 400, "bad_request", why, closing(scope))


def internal_error(proto: Exchange, scope: Scope) -> None:
    """Answer 500, unless an answer has gone out already."""
    _send(proto, 500, "internal_error", "internal error", closing(scope))


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
    headers = [
        ("Content-Type", "application/json"),
        ("Cache-Control", "no-store"),
        *extra,
    ]
    content = json.dumps({"message": message, "code": code}).encode()
    proto.response_bytes(status, headers, content)
