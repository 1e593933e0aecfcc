"""Every metric there is.

``docs/observability.md`` has them all, and so the dashboard and the alerts
under ``deploy/`` can only ask for what is here; tests compare them.
"""

from collections.abc import Iterable, Sequence

from bienvenue.events import Event
from bienvenue.metrics.shape import OTHER, Labels, Metric, each

Route = tuple[str, str]
"""A method and the template of a path."""

STATUSES = (
    *("200", "202", "204", "302", "303", "304", "308"),
    *("400", "401", "403", "404", "405", "408", "413", "415", "422", "429"),
    *("500", "503", OTHER),
)
NO_ROUTE: Route = (OTHER, "(none)")
"""A request that no route is for."""

OUTCOMES = ("success", "failure", "refused")
DB_ERRORS = (
    *("OperationalError", "InterfaceError", "IntegrityError", "DataError"),
    *("ProgrammingError", "InternalError", "NotSupportedError", OTHER),
)
SERVER_CODES = (
    *("overloaded", "request_timeout", "bad_request", "internal_error"),
    OTHER,
)

_FAST = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0),
)
_SLOW = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)

REQUESTS = "bienvenue_http_requests_total"
DURATION = "bienvenue_http_request_duration_seconds"


def metrics(
    routes: Iterable[Route], limits: Sequence[str] = ()
) -> list[Metric]:
    """Return what is counted where there are these routes and limits."""
    known = [*sorted(set(routes)), NO_ROUTE]
    return [*_of_requests(known), *_of_people(limits), *_of_parts()]


def stock() -> list[Metric]:
    """Return what is not counted but looked up whenever somebody asks."""
    return [
        Metric(
            "bienvenue_build_info",
            "Always 1; the labels say which release runs on which Python.",
            "gauge",
            ("version", "python"),
        ),
        Metric(
            "bienvenue_processes",
            "Processes that serve.",
            "gauge",
        ),
        Metric(
            "bienvenue_database_up",
            "1 while the database answers, else 0.",
            "gauge",
        ),
        Metric(
            "bienvenue_outbox_letters",
            "Letters in the outbox: waiting, or dead.",
            "gauge",
            ("state",),
            each(("waiting", "dead")),
        ),
        Metric(
            "bienvenue_outbox_oldest_seconds",
            "Age of the letter that waits longest, 0 where none does.",
            "gauge",
        ),
    ]


def _of_requests(routes: Sequence[Route]) -> list[Metric]:
    return [
        Metric(
            REQUESTS,
            "Requests answered, by route and status.",
            labels=("method", "route", "status"),
            series=_with_status(routes),
            shown=False,
        ),
        Metric(
            DURATION,
            "Seconds from a request's arrival to its answer.",
            "histogram",
            ("method", "route"),
            routes,
            _FAST,
            shown=False,
        ),
        Metric(
            "bienvenue_http_refused_total",
            "Requests that the server answered before the application.",
            labels=("code",),
            series=each(SERVER_CODES),
        ),
        Metric(
            "bienvenue_http_queued",
            "Requests that wait for a thread.",
            "gauge",
        ),
    ]


def _with_status(routes: Sequence[Route]) -> tuple[Labels, ...]:
    return tuple((*route, status) for route in routes for status in STATUSES)


def _of_people(limits: Sequence[str]) -> list[Metric]:
    return [
        Metric(
            "bienvenue_session_checks_total",
            "Session ids looked up, by whether a live session was found.",
            labels=("outcome",),
            series=each(("live", "none")),
        ),
        Metric(
            "bienvenue_security_events_total",
            "Security events, by name (docs/audit.md) and outcome.",
            labels=("event", "outcome"),
            series=each(map(str, Event), OUTCOMES),
            shown=False,
        ),
        Metric(
            "bienvenue_throttled_total",
            "Attempts that a limit refused, by its setting; of several that"
            " an attempt counts against, the first.",
            labels=("limit",),
            series=each((*limits, OTHER)),
        ),
        Metric(
            "bienvenue_limiter_failures_total",
            "Times that Redis could not be asked for the limits.",
        ),
    ]


def _of_parts() -> list[Metric]:
    return [
        Metric(
            "bienvenue_hash_duration_seconds",
            "Seconds that hashing a password took, its turn not included.",
            "histogram",
            bounds=_SLOW,
        ),
        Metric(
            "bienvenue_hash_wait_seconds",
            "Seconds that a password waited for its turn to be hashed.",
            "histogram",
            bounds=_SLOW,
        ),
        Metric("bienvenue_hash_waiting", "Passwords in the queue.", "gauge"),
        Metric("bienvenue_hash_working", "Passwords being hashed.", "gauge"),
        Metric(
            "bienvenue_hash_refused_total",
            "Requests refused because the queue of passwords was full.",
        ),
        Metric(
            "bienvenue_letters_total",
            "Letters tried, by what became of them.",
            labels=("outcome",),
            series=each(("sent", "put_off", "dead")),
        ),
        Metric(
            "bienvenue_letter_duration_seconds",
            "Seconds that the mail server took for a letter.",
            "histogram",
            bounds=_SLOW,
        ),
        Metric(
            "bienvenue_database_unit_seconds",
            "Seconds that a unit of work took, retries included.",
            "histogram",
            ("kind",),
            each(("read", "write")),
            _FAST,
        ),
        Metric(
            "bienvenue_database_connections_in_use",
            "Connections taken from the pool.",
            "gauge",
        ),
        Metric(
            "bienvenue_database_retries_total",
            "Units of work run once more: deadlock, serialisation, a lost"
            " connection.",
        ),
        Metric(
            "bienvenue_database_errors_total",
            "Errors of the database, by class.",
            labels=("error",),
            series=each(DB_ERRORS),
        ),
        Metric(
            "bienvenue_housekeeping_rows_total",
            "Rows thrown away because they were over.",
            labels=("kind",),
            series=each(("sessions", "tokens", "accounts")),
        ),
        Metric(
            "bienvenue_housekeeping_runs_total",
            "Times that housekeeping came to its end.",
        ),
    ]
