"""The text that Prometheus reads (exposition format 0.0.4)."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate

from bienvenue.metrics.shape import Labels, Layout, Metric

TYPE = "text/plain; version=0.0.4; charset=utf-8"

Stock = Mapping[tuple[str, Labels], float]
"""Numbers that were looked up, by metric and values of its labels."""


def counted(layout: Layout, numbers: Sequence[float]) -> str:
    """Return what was counted; series that are 0 where they say nothing."""
    lines: list[str] = []
    for metric in layout.metrics:
        lines += _head(metric)
        for labels in metric.series:
            place = layout.places[metric.name, labels]
            end = place + metric.places
            found = numbers[place:end]
            if metric.shown or any(found):
                lines += _series(metric, labels, found)
    return "".join(lines)


def looked_up(metrics: Sequence[Metric], found: Stock) -> str:
    """Return what was looked up; a metric with nothing found is left out."""
    lines: list[str] = []
    for metric in metrics:
        own = [key for key in found if key[0] == metric.name]
        lines += _head(metric) if own else []
        for key in own:
            lines += _series(metric, key[1], [found[key]])
    return "".join(lines)


def _head(metric: Metric) -> list[str]:
    return [
        f"# HELP {metric.name} {metric.help}\n",
        f"# TYPE {metric.name} {metric.kind}\n",
    ]


def _series(
    metric: Metric, values: Labels, numbers: Sequence[float]
) -> Iterator[str]:
    labels = [
        f'{name}="{_escaped(value)}"'
        for name, value in zip(metric.labels, values, strict=True)
    ]
    if metric.kind != "histogram":
        yield f"{metric.name}{_braces(labels)} {_number(numbers[0])}\n"
        return
    below = list(accumulate(numbers[1:]))
    bounds = [*map(_number, metric.bounds), "+Inf"]
    for bound, total in zip(bounds, below, strict=True):
        braces = _braces([*labels, f'le="{bound}"'])
        yield f"{metric.name}_bucket{braces} {_number(total)}\n"
    yield f"{metric.name}_sum{_braces(labels)} {_number(numbers[0])}\n"
    yield f"{metric.name}_count{_braces(labels)} {_number(below[-1])}\n"


def _braces(labels: Sequence[str]) -> str:
    return f"{{{','.join(labels)}}}" if labels else ""


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)


def _escaped(value: str) -> str:
    plain = value.replace("\\", "\\\\").replace('"', '\\"')
    return plain.replace("\n", "\\n")
