"""The dashboard and the alerts ask for metrics that there are."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bienvenue.metrics import catalogue, text
from bienvenue.metrics.shape import Metric
from bienvenue.route_table import layout
from tests import installed
from tools import dashboard, docs

ROOT = docs.ROOT
RULES = ROOT / "deploy" / "prometheus"
ALERTS = (RULES / "alerts.yml").read_text("utf-8")
_METRIC = re.compile(r"\b(bienvenue_\w+)(?:\{([^}]*)\})?")
_MATCHER = re.compile(r'(\w+)\s*(=~|=|!=|!~)\s*"([^"]*)"')
_BY = re.compile(r"by \(([^)]*)\)")
# What Prometheus adds to whatever it scrapes.
_ADDED = {"instance", "job", "le"}


def known() -> dict[str, Metric]:
    """Return the metrics by every name that a query can use."""
    found = {}
    for metric in [*layout().metrics, *catalogue.stock()]:
        ends = ("_bucket", "_sum", "_count")
        histogram = metric.kind == "histogram"
        for end in ends if histogram else ("",):
            found[metric.name + end] = metric
    return found


def expressions() -> Iterator[str]:
    """Return every query of the dashboard and of the alerts."""
    for panel in json.loads(dashboard.dashboard())["panels"]:
        yield from (one["expr"] for one in panel.get("targets", ()))
    blocks = re.findall(r"expr: (?:>-\n((?: {10}.*\n)+)|(.*)\n)", ALERTS)
    yield from (folded or plain for folded, plain in blocks)


def test_every_query_asks_for_what_there_is() -> None:
    metrics, asked = known(), set()
    for query in expressions():
        names = [name for name, _ in _METRIC.findall(query)]
        asked |= set(names)
        assert names or "up{" in query, query
        for name, matchers in _METRIC.findall(query):
            assert name in metrics, query
            for label, _, values in _MATCHER.findall(matchers):
                _check_matcher(metrics[name], label, values)
        grouped = {
            label.strip()
            for labels in _BY.findall(query)
            for label in labels.split(",")
        }
        for name in names:
            assert grouped <= _ADDED | set(metrics[name].labels), query
    assert len(list(expressions())) > 30
    shown = {metrics[name].name for name in asked}
    assert {metric.name for metric in metrics.values()} == shown


def _check_matcher(metric: Metric, label: str, values: str) -> None:
    if label in _ADDED:
        return
    index = metric.labels.index(label)
    there = {labels[index] for labels in metric.series}
    for value in values.split("|"):
        assert any(re.fullmatch(value, one) for one in there), value


def test_the_dashboard_is_up_to_date() -> None:
    assert dashboard.FILE.read_text("utf-8") == dashboard.dashboard(), (
        "run: python tools/dashboard.py"
    )


def test_panels_do_not_overlap() -> None:
    taken = set()
    numbers = set()
    for panel in json.loads(dashboard.dashboard())["panels"]:
        place = panel["gridPos"]
        numbers.add(panel["id"])
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken
                taken.add((x, y))
        assert place["x"] + place["w"] <= 24
    assert len(numbers) == len(json.loads(dashboard.dashboard())["panels"])


def test_every_alert_says_what_to_do() -> None:
    alerts = ALERTS.split("- alert: ")[1:]
    assert len(alerts) >= 10
    for alert in alerts:
        assert re.search(r"severity: (page|ticket)\b", alert), alert
        assert "summary: " in alert
        assert "todo: " in alert


@pytest.fixture
def promtool() -> str:
    """Prometheus's own tool."""
    return installed.program("promtool", "prometheus")


def test_prometheus_takes_the_rules(promtool: str) -> None:
    for order in (
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
        ("check", "config", "--syntax-only", "scrape.yml"),
    ):
        done = subprocess.run(
            [promtool, *order],
            cwd=RULES,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_prometheus_takes_the_metrics(promtool: str) -> None:
    places = layout()
    found = {
        (one.name, labels or ("",) * len(one.labels)): 1.0
        for one in catalogue.stock()
        for labels in one.series
    }
    content = text.counted(places, [1.0] * places.size)
    content += text.looked_up(catalogue.stock(), found)
    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=content,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_command_that_is_named_exists() -> None:
    documented = (ROOT / "docs" / "cli.md").read_text("utf-8")
    named = re.findall(r"bienvenue ([a-z]+ [a-z]+)", ALERTS)
    assert named
    for command in named:
        assert f"`bienvenue {command}`" in documented, command


def test_the_documents_name_the_files() -> None:
    page = (ROOT / "docs" / "observability.md").read_text("utf-8")
    for file in (ROOT / "deploy").rglob("*"):
        if file.is_file() and file.parent.name in ("prometheus", "grafana"):
            assert str(Path(file).relative_to(ROOT)) in page
