"""The table of metrics, from their declarations."""

from bienvenue.metrics import catalogue
from bienvenue.metrics.shape import Metric
from bienvenue.route_table import layout


def table() -> str:
    """Return one row a metric: name, kind, labels, meaning."""
    metrics = [*layout().metrics, *catalogue.stock()]
    rows = map(_row, sorted(metrics, key=lambda metric: metric.name))
    head = "| metric | kind | labels | what it tells |\n|---|---|---|---|\n"
    return head + "".join(rows)


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{name}`" for name in metric.labels)
    cells = (f"`{metric.name}`", metric.kind, labels, metric.help)
    return f"| {' | '.join(cells)} |\n".replace("|  |", "| |")
