"""Traces for OpenTelemetry: requests, units of work, hashes, letters.

Needs the extra ``otel``, which is loaded when traces are wanted and not
before.  A span holds no address, no path, no statement and no value: what
it is called is known before the first request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bienvenue import clock, observing
from bienvenue.errors import ConfigurationError
from bienvenue.observing import End, Moment, Tally

if TYPE_CHECKING:
    from opentelemetry.trace import Span

_NAMES = {
    Moment.HASH_WAIT: "wait to hash",
    Moment.HASH: "hash password",
    Moment.UNIT: "database",
    Moment.LETTER: "send letter",
}
# Others begin a trace of their own nowhere: a look at the outbox every half
# minute tells nobody anything.
_BY_THEMSELVES = frozenset({Moment.LETTER})
_PATH = "/v1/traces"
_PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Collector:
    """Where traces go: a base URL, and header fields for it.

    ``percent`` of the requests whose caller has not decided are traced.
    """

    endpoint: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    percent: int = 100


class Tracing:
    """Spans of this process; an ``Observer``, safe between threads."""

    def __init__(
        self, collector: Collector, resource: Mapping[str, str]
    ) -> None:
        """Send spans to a collector, from a thread, in batches.

        ``resource`` says what runs: ``service.name`` and its like.  Nothing
        waits for the collector, and without it spans are dropped.  Raises
        ``ConfigurationError`` where the extra is not installed.
        """
        try:
            self._open(collector, resource)
        except ImportError:
            raise ConfigurationError(
                "otlp_endpoint: OpenTelemetry is not installed;"
                " pip install 'bienvenue[otel]'"
            ) from None

    def _open(
        self, collector: Collector, resource: Mapping[str, str]
    ) -> None:
        from opentelemetry import context, trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider, sampling
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.trace.propagation import tracecontext

        self._trace, self._context = trace, context
        self._propagator = tracecontext.TraceContextTextMapPropagator()
        # Not the global one: an application that embeds us has its own.
        self._provider = TracerProvider(
            sampling.ParentBased(
                sampling.TraceIdRatioBased(collector.percent / 100)
            ),
            Resource.create(dict(resource)),
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(
            collector.endpoint.rstrip("/") + _PATH,
            headers=dict(collector.headers),
            timeout=_PATIENCE_SECONDS,
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("bienvenue")

    def start(self) -> None:
        """Observe from here on."""
        observing.add(self)
        observing.trace_by(self.current_id)

    def close(self) -> None:
        """Observe no more, and send what there is; takes seconds at most."""
        observing.remove(self)
        observing.trace_by(None)
        self._provider.shutdown()

    def count(self, what: Tally, label: str, by: float) -> None:
        """Note in the span there is that a unit is run once more."""
        if what is Tally.DB_RETRIED:
            self._trace.get_current_span().add_event("database retry")

    def begin(self, what: Moment, label: str) -> End:
        """Begin the span of a moment, inside the one there is."""
        inside = self._trace.get_current_span().get_span_context().is_valid
        if not inside and what not in _BY_THEMSELVES:
            return _nothing
        name = f"{_NAMES[what]} {label}".rstrip()
        span = self._tracer.start_span(name)
        return partial(_end, span, self._enter(span))

    def request(
        self, method: str, traceparent: str | None, seconds_ago: float
    ) -> Callable[[Mapping[str, Any]], None]:
        """Begin the span of a request that arrived so long ago.

        ``traceparent`` is what a proxy that is believed has sent (W3C Trace
        Context).  What is returned ends it, with its attributes.
        """
        carrier = {"traceparent": traceparent} if traceparent else {}
        span = self._tracer.start_span(
            method,
            self._propagator.extract(carrier),
            self._trace.SpanKind.SERVER,
            start_time=clock.now_us() * 1000 - int(seconds_ago * 1e9),
        )
        return partial(self._end_request, span, self._enter(span))

    def current_id(self) -> str | None:
        """Return the id of the trace there is, as W3C writes it."""
        found = self._trace.get_current_span().get_span_context()
        if not found.is_valid:
            return None
        return self._trace.format_trace_id(found.trace_id)

    def _enter(self, span: "Span") -> Callable[[], None]:
        """Make a span the current one; what is returned undoes it."""
        inner = self._trace.set_span_in_context(span)
        return partial(self._context.detach, self._context.attach(inner))

    def _end_request(
        self,
        span: "Span",
        leave: Callable[[], None],
        attributes: Mapping[str, Any],
    ) -> None:
        leave()
        route = attributes.get("http.route")
        if route:
            method = attributes["http.request.method"]
            span.update_name(f"{method} {route}")
        for name, value in attributes.items():
            span.set_attribute(name, value)
        if attributes.get("http.response.status_code", 500) >= 500:
            span.set_status(self._trace.StatusCode.ERROR)
        span.end()


def _end(
    span: "Span", leave: Callable[[], None], raised: BaseException | None
) -> None:
    leave()
    if raised is not None:
        # Its class: the text may hold anything.
        span.set_attribute("error.type", type(raised).__name__)
    span.end()


def _nothing(_raised: BaseException | None) -> None:
    """End a moment that has no span."""
