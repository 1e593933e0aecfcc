"""What happens becomes numbers, and nothing else does."""

from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families as parsed

from bienvenue import observing
from bienvenue.events import Event
from bienvenue.metrics import catalogue, text
from bienvenue.metrics.meter import _MOMENTS, _TALLIES, Meter
from bienvenue.metrics.shape import Layout
from bienvenue.observing import Moment, Tally

LAYOUT = Layout(
    catalogue.metrics(
        [("GET", "/profile"), ("POST", "/sessions")],
        ["registrations_per_network"],
    )
)


def told(meter: Meter) -> dict[tuple[str, tuple[str, ...]], float]:
    """Return every number, as Prometheus's own parser reads it."""
    content = text.counted(meter.layout, meter.read().numbers)
    return {
        (sample.name, tuple(sample.labels.values())): sample.value
        for family in parsed(content)
        for sample in family.samples
    }


def test_every_tally_and_moment_has_its_metric() -> None:
    names = {metric.name for metric in LAYOUT.metrics}
    assert set(_TALLIES) == set(Tally)
    assert set(_MOMENTS) == set(Moment)
    assert {*_TALLIES.values(), *_MOMENTS.values()} <= names


def test_requests_are_counted_by_route_and_status() -> None:
    meter = Meter(LAYOUT)
    meter.request(("GET", "/profile"), 200, 0.0004)
    meter.request(("GET", "/profile"), 200, 0.3)
    meter.request(("POST", "/sessions"), 429, 99.0)
    found = told(meter)
    requests, seconds = catalogue.REQUESTS, catalogue.DURATION
    assert found[requests, ("GET", "/profile", "200")] == 2
    assert found[requests, ("POST", "/sessions", "429")] == 1
    bucket = f"{seconds}_bucket"
    assert found[bucket, ("GET", "/profile", "0.0005")] == 1
    assert found[bucket, ("GET", "/profile", "0.25")] == 1
    assert found[bucket, ("GET", "/profile", "0.5")] == 2
    assert found[bucket, ("POST", "/sessions", "10")] == 0
    assert found[bucket, ("POST", "/sessions", "+Inf")] == 1
    assert found[f"{seconds}_sum", ("GET", "/profile")] == 0.3004
    assert found[f"{seconds}_count", ("GET", "/profile")] == 2


@pytest.mark.parametrize("path", ["/nix", "/profile?x", "bob@example.com"])
def test_what_a_client_made_up_is_no_label(path: str) -> None:
    meter = Meter(LAYOUT)
    meter.request(("GET", path), 777, 0.1)
    meter.count(Tally.THROTTLED, path, 1)
    meter.count(Tally.EVENT, f"{path} success", 1)
    meter.count(Tally.DB_ERROR, path, 1)
    found = told(meter)
    labels = (*catalogue.NO_ROUTE, "other")
    assert found[catalogue.REQUESTS, labels] == 1
    assert found["bienvenue_throttled_total", ("other",)] == 1
    assert found["bienvenue_database_errors_total", ("other",)] == 1
    assert path not in text.counted(LAYOUT, meter.read().numbers)


def test_events_are_counted_by_name_and_outcome() -> None:
    meter = Meter(LAYOUT)
    for event in Event:
        for outcome in catalogue.OUTCOMES:
            meter.count(Tally.EVENT, f"{event} {outcome}", 1)
    name = "bienvenue_security_events_total"
    found = {key: n for key, n in told(meter).items() if key[0] == name}
    assert len(found) == len(Event) * 3
    assert set(found.values()) == {1}


def test_what_is_under_way_goes_up_and_down() -> None:
    meter = Meter(LAYOUT)
    observing.add(meter)
    try:
        with observing.timed(Moment.HASH):
            assert told(meter)["bienvenue_hash_working", ()] == 1
        observing.tell(Tally.DB_OUT)
        observing.tell(Tally.DB_OUT)
        observing.tell(Tally.DB_IN)
        with pytest.raises(ZeroDivisionError), observing.timed(Moment.HASH):
            1 / 0  # noqa: B018 - for what it raises
    finally:
        observing.remove(meter)
    with observing.timed(Moment.HASH):
        observing.tell(Tally.DB_OUT)
    found = told(meter)
    assert found["bienvenue_hash_working", ()] == 0
    assert found["bienvenue_hash_duration_seconds_count", ()] == 2
    assert found["bienvenue_database_connections_in_use", ()] == 1


def test_every_series_can_be_told(tmp_path: Path) -> None:
    meter = Meter(LAYOUT, tmp_path)
    ones = text.counted(LAYOUT, [1.0] * LAYOUT.size)
    meter.close()
    families = {family.name: family for family in parsed(ones)}
    assert len(families) == len(LAYOUT.metrics)
    samples = sum(len(family.samples) for family in families.values())
    histograms = [m for m in LAYOUT.metrics if m.kind == "histogram"]
    extra = sum(len(m.series) for m in histograms)  # their counts
    assert samples == LAYOUT.size + extra
    for metric in LAYOUT.metrics:
        family = families[metric.name.removesuffix("_total")]
        assert family.type == metric.kind
        assert family.documentation == metric.help


def test_a_label_is_escaped() -> None:
    assert text._escaped('a"b\\c\nd') == 'a\\"b\\\\c\\nd'
