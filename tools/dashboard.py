"""Write the dashboard: ``python tools/dashboard.py``.

``deploy/grafana/bienvenue.json`` is made from the table below, since a
dashboard of Grafana's is hundreds of lines of which a dozen say something.
``--check`` writes nothing and exits 1 when the file is out of date.
"""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).resolve().parent.parent / "deploy/grafana/bienvenue.json"
_SOURCE = {"type": "prometheus", "uid": "${source}"}
_HERE = 'instance=~"$instance"'


class Panel(NamedTuple):
    """A graph: its title, unit and queries, each with its legend."""

    title: str
    unit: str
    queries: Sequence[tuple[str, str]]
    what: str = ""


def _rate(metric: str, by: str, match: str = "") -> str:
    chosen = f"{_HERE},{match}" if match else _HERE
    return f"sum by ({by}) (rate({metric}{{{chosen}}}[$__rate_interval]))"


def _quantile(part: float, metric: str, by: str = "") -> str:
    labels = f"le, {by}" if by else "le"
    return f"histogram_quantile({part}, {_rate(metric + '_bucket', labels)})"


def _now(metric: str, match: str = "") -> str:
    chosen = f"{_HERE},{match}" if match else _HERE
    return f"sum by (instance) ({metric}{{{chosen}}})"


def _counted(metric: str, by: str) -> str:
    return f"count by ({by}) ({metric}{{{_HERE}}})"


_REQUESTS = "bienvenue_http_requests_total"
_DURATION = "bienvenue_http_request_duration_seconds"
_EVENTS = "bienvenue_security_events_total"

ROWS: dict[str, list[Panel]] = {
    "Requests": [
        Panel(
            "Requests",
            "reqps",
            [(_rate(_REQUESTS, "route"), "{{route}}")],
        ),
        Panel(
            "Answers by status",
            "reqps",
            [(_rate(_REQUESTS, "status"), "{{status}}")],
        ),
        Panel(
            "Slowest hundredth",
            "s",
            [(_quantile(0.99, _DURATION, "route"), "{{route}}")],
            "From a request's arrival to its answer, waiting included.",
        ),
        Panel(
            "Refused by the server, and waiting",
            "short",
            [
                (_rate("bienvenue_http_refused_total", "code"), "{{code}}/s"),
                (_now("bienvenue_http_queued"), "{{instance}} waiting"),
            ],
        ),
    ],
    "People": [
        Panel(
            "Logins",
            "ops",
            [
                (
                    _rate(_EVENTS, "event", 'event=~"authn_login_.*"'),
                    "{{event}}",
                )
            ],
        ),
        Panel(
            "Accounts and resets",
            "ops",
            [
                (
                    _rate(
                        _EVENTS,
                        "event",
                        'event=~"user_created|user_deleted'
                        '|authn_reset_requested|authn_password_reset"',
                    ),
                    "{{event}}",
                )
            ],
        ),
        Panel(
            "Session checks",
            "reqps",
            [
                (
                    _rate("bienvenue_session_checks_total", "outcome"),
                    "{{outcome}}",
                )
            ],
        ),
        Panel(
            "Limits that ran out",
            "ops",
            [(_rate("bienvenue_throttled_total", "limit"), "{{limit}}")],
        ),
    ],
    "Hashing": [
        Panel(
            "Time to hash, and to wait for it",
            "s",
            [
                (_quantile(0.5, "bienvenue_hash_duration_seconds"), "hash"),
                (_quantile(0.99, "bienvenue_hash_wait_seconds"), "wait p99"),
            ],
        ),
        Panel(
            "Queue",
            "short",
            [
                (_now("bienvenue_hash_waiting"), "{{instance}} waiting"),
                (_now("bienvenue_hash_working"), "{{instance}} working"),
                (
                    _rate("bienvenue_hash_refused_total", "instance"),
                    "{{instance}} refused/s",
                ),
            ],
        ),
    ],
    "Database": [
        Panel(
            "Units of work, slowest hundredth",
            "s",
            [
                (
                    _quantile(0.99, "bienvenue_database_unit_seconds", "kind"),
                    "{{kind}}",
                )
            ],
        ),
        Panel(
            "Errors and retries",
            "ops",
            [
                (
                    _rate("bienvenue_database_errors_total", "error"),
                    "{{error}}",
                ),
                (
                    _rate("bienvenue_database_retries_total", "instance"),
                    "{{instance}} retries",
                ),
            ],
        ),
        Panel(
            "Connections in use, and whether it answers",
            "short",
            [
                (
                    _now("bienvenue_database_connections_in_use"),
                    "{{instance}} connections",
                ),
                (_now("bienvenue_database_up"), "{{instance}} up"),
            ],
        ),
        Panel(
            "Rows thrown away",
            "ops",
            [
                (
                    _rate("bienvenue_housekeeping_rows_total", "kind"),
                    "{{kind}}",
                ),
                (
                    _rate("bienvenue_housekeeping_runs_total", "instance"),
                    "{{instance}} runs",
                ),
            ],
        ),
    ],
    "Mail and the rest": [
        Panel(
            "Letters",
            "short",
            [
                (
                    f"max by (state) (bienvenue_outbox_letters{{{_HERE}}})",
                    "{{state}}",
                ),
                (_rate("bienvenue_letters_total", "outcome"), "{{outcome}}/s"),
            ],
        ),
        Panel(
            "Oldest letter; time the mail server takes",
            "s",
            [
                (
                    f"max(bienvenue_outbox_oldest_seconds{{{_HERE}}})",
                    "oldest",
                ),
                (_quantile(0.9, "bienvenue_letter_duration_seconds"), "p90"),
            ],
        ),
        Panel(
            "Processes, and Redis not reached",
            "short",
            [
                (_now("bienvenue_processes"), "{{instance}} processes"),
                (
                    _rate("bienvenue_limiter_failures_total", "instance"),
                    "{{instance}} Redis failures/s",
                ),
            ],
        ),
        Panel(
            "Release",
            "short",
            [
                (
                    _counted("bienvenue_build_info", "version, python"),
                    "{{version}} on Python {{python}}",
                )
            ],
        ),
    ],
}


def dashboard() -> str:
    """Return the dashboard as Grafana imports it."""
    panels: list[dict[str, Any]] = []
    y = 0
    for title, row in ROWS.items():
        panels.append(
            {
                "id": len(panels) + 1,
                "type": "row",
                "title": title,
                "gridPos": {"h": 1, "w": 24, "x": 0, "y": y},
            }
        )
        y += 1
        for number, panel in enumerate(row):
            place = {"h": 8, "w": 12, "x": 12 * (number % 2), "y": y}
            panels.append(_panel(len(panels) + 1, panel, place))
            y += 8 * (number % 2 or number == len(row) - 1)
    return json.dumps(_around(panels), indent=1) + "\n"


def _panel(number: int, panel: Panel, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "type": "timeseries",
        "title": panel.title,
        "description": panel.what,
        "datasource": _SOURCE,
        "gridPos": place,
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "min": 0},
            "overrides": [],
        },
        "targets": [
            {
                "refId": chr(ord("A") + index),
                "datasource": _SOURCE,
                "expr": query,
                "legendFormat": legend,
            }
            for index, (query, legend) in enumerate(panel.queries)
        ],
    }


def _around(panels: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "uid": "bienvenue",
        "title": "Bienvenue",
        "schemaVersion": 39,
        "editable": True,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {
            "list": [
                {
                    "name": "source",
                    "label": "Prometheus",
                    "type": "datasource",
                    "query": "prometheus",
                },
                {
                    "name": "instance",
                    "label": "Node",
                    "type": "query",
                    "datasource": _SOURCE,
                    "query": "label_values(bienvenue_build_info, instance)",
                    "refresh": 2,
                    "multi": True,
                    "includeAll": True,
                },
            ]
        },
        "panels": panels,
    }


def main(arguments: Sequence[str]) -> int:
    """Write the file, or with ``--check`` compare; return the status."""
    wanted = dashboard()
    if FILE.exists() and FILE.read_text("utf-8") == wanted:
        return 0
    print(f"{FILE.name} is out of date")
    if "--check" in arguments:
        return 1
    FILE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
