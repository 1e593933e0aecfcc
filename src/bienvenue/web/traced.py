"""The span of each request, where traces are wanted."""

from collections.abc import Callable, Mapping
from time import perf_counter
from typing import Any, cast

from flask import Blueprint, Flask, Response, request

from bienvenue.metrics.catalogue import NO_ROUTE
from bienvenue.tracing import Tracing
from bienvenue.web import local, watching

_END, _ANSWER = "bienvenue.span", "bienvenue.span.attributes"


class Traced:
    """Begins a span before each request, and ends it after its answer."""

    def __init__(self, tracing: Tracing, prefix: str, hops: int) -> None:
        """Believe ``traceparent`` where a declared proxy may have sent it."""
        self._tracing, self._prefix, self._hops = tracing, prefix, hops

    def follow(self, everything: "Flask | Blueprint") -> None:
        """Trace the requests of an application, or of a part of it."""
        everything.before_request(self._begin)
        everything.after_request(self._answered)
        everything.teardown_request(_end)

    def _begin(self) -> None:
        kept = request.environ
        arrived = kept.get(watching.ARRIVED, perf_counter())
        kept[_END] = self._tracing.request(
            request.method,
            request.headers.get("traceparent") if self._hops else None,
            perf_counter() - arrived,
        )

    def _answered(self, response: Response) -> Response:
        method, route = watching.route_of(self._prefix)
        attributes: dict[str, Any] = {
            "http.request.method": method,
            "http.response.status_code": response.status_code,
        }
        if (method, route) != NO_ROUTE:
            attributes["http.route"] = route
        if local.REQUEST_ID in request.environ:
            attributes["bienvenue.request_id"] = local.request_id()
        request.environ[_ANSWER] = attributes
        return response


def _end(_error: BaseException | None = None) -> None:
    end = cast(
        "Callable[[Mapping[str, Any]], None] | None",
        request.environ.pop(_END, None),
    )
    if end is not None:
        end(request.environ.pop(_ANSWER, {}))
