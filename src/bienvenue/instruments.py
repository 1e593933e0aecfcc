"""What counts and what traces, as the settings want it; None for neither."""

from collections.abc import Callable, Sequence
from importlib.metadata import version

from bienvenue.config import Settings
from bienvenue.config_fields.observation import pairs_of
from bienvenue.errors import ConfigurationError
from bienvenue.metrics.catalogue import Route, metrics
from bienvenue.metrics.meter import Meter
from bienvenue.metrics.shape import Layout
from bienvenue.throttle.budgets import WINDOWS
from bienvenue.tracing import Collector, Tracing


def layout(routes: Sequence[Route]) -> Layout:
    """Return where the metrics of a service with these routes stand."""
    return Layout(metrics(routes, list(WINDOWS)))


def meter(
    settings: Settings, places: Callable[[], Layout]
) -> Meter | None:
    """Return what counts, where somebody can read it.

    Raises ``ConfigurationError`` for a folder that cannot be used.
    """
    if not settings.counts:
        return None
    try:
        return Meter(places(), settings.metrics_folder)
    except OSError as error:
        raise ConfigurationError(
            f"metrics_folder: {error.strerror or 'it cannot be used'}; name a"
            " folder you can write to"
        ) from None


def tracing(settings: Settings) -> Tracing | None:
    """Return what traces, where there is somebody to send traces to.

    Raises ``ConfigurationError`` where OpenTelemetry is not installed.
    """
    if settings.otlp_endpoint is None:
        return None
    headers = settings.otlp_headers
    collector = Collector(
        settings.otlp_endpoint,
        pairs_of(headers) if headers else {},
        settings.trace_percent,
    )
    resource = {
        "service.name": "bienvenue",
        "service.version": version("bienvenue"),
        "service.instance.id": settings.node_name,
    }
    return Tracing(collector, resource)
