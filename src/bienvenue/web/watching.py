"""What each answered request leaves behind for whoever watches.

A count, a line in the log, or nothing: it hangs on only where the settings
ask for it, so that an answer nobody watches pays nothing.
"""

import logging
from time import perf_counter
from typing import Any

from flask import Blueprint, Flask, Response, request

from bienvenue.metrics.catalogue import NO_ROUTE, Route
from bienvenue.metrics.meter import Meter
from bienvenue.web import current_user, local
from bienvenue.web.api import template_of

ACCESS = "bienvenue.access"
ARRIVED = "bienvenue.arrived"
"""When a request was whole, as the server put it into the environ."""

_log = logging.getLogger(ACCESS)


class Watcher:
    """Counts requests, logs them, or both."""

    def __init__(
        self, meter: Meter | None, *, logs: bool, prefix: str = ""
    ) -> None:
        """Say nothing yet."""
        self._meter, self._logs, self._prefix = meter, logs, prefix

    def follow(self, everything: "Flask | Blueprint") -> None:
        """Watch the requests of an application, or of a part of it."""
        if self._meter is not None or self._logs:
            everything.before_request(_begin)
            everything.after_request(self._end)

    def _end(self, response: Response) -> Response:
        route = route_of(self._prefix)
        took = perf_counter() - request.environ.get(ARRIVED, perf_counter())
        if self._meter is not None:
            self._meter.request(route, response.status_code, took)
        if self._logs:
            who = request.environ.get(current_user.KEY)
            answered(
                route,
                response.status_code,
                took,
                request_id=local.request_id(),
                user_id=None if who is None else who.id,
            )
        return response


def route_of(prefix: str) -> Route:
    """Return the method and the template of the path that is answered."""
    rule = request.url_rule
    if rule is None or not rule.rule.startswith(prefix):
        return NO_ROUTE
    method = "GET" if request.method == "HEAD" else request.method
    return method, template_of(rule.rule.removeprefix(prefix))


def answered(
    route: Route,
    status: int,
    seconds: float,
    *,
    request_id: str,
    user_id: int | None = None,
) -> None:
    """Log a request that was answered; no path, no query: tokens are there."""
    members: dict[str, Any] = {
        "method": route[0],
        "route": route[1],
        "status": status,
        "duration_ms": round(seconds * 1000, 3),
        "request_id": request_id,
    }
    if user_id is not None:
        members["user_id"] = user_id
    # By themselves in a log of JSON; in one of text, behind the message.
    _log.info("%s %s %d", *route, status, extra={"members": members})


def _begin() -> None:
    request.environ.setdefault(ARRIVED, perf_counter())
