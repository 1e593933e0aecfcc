"""What ran on what: the table at the end of a run of the tests.

A test counts for the engine that its ``url`` is on, for the services that
it is marked with (``@pytest.mark.service("nginx")``), and for those that
said ``note("redis")`` as they were started for it.  What a machine lacks is
named below the table; under CI a test that lacks something fails.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

import pytest

_KEY = "ran on"
_OUTCOMES = {
    "passed": "passed",
    "failed": "failed",
    "error": "failed",
    "skipped": "skipped",
}
_SHOWN = ("passed", "failed", "skipped")
_ENGINES = ("sqlite", "postgresql", "mariadb")
_FIRST = (*_ENGINES, "redis")
_LACKS = re.compile(
    r"^(?:\w+: )?(?:not run: )?([\w.+-]+) is not installed$", re.MULTILINE
)
_now: set[str] = set()


def note(service: str) -> None:
    """Have the test that runs now count for a service."""
    _now.add(service)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    """Say what a test is about; what is started for it says so itself."""
    _now.clear()
    _now.update(_said_of(item))
    try:
        return (yield)
    finally:
        item.user_properties.append((_KEY, sorted(_now)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Hand on what was started in the course of the test."""
    item.user_properties.append((_KEY, sorted(_now)))
    return (yield)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter,
) -> None:
    """Print the table, if anything ran on anything."""
    reports = [
        (outcome, report)
        for outcome, found in terminalreporter.stats.items()
        for report in found
        if isinstance(report, pytest.TestReport)
    ]
    lines = list(_table(reports))
    if not lines:
        return
    terminalreporter.section("what ran on what")
    for line in lines:
        terminalreporter.write_line(line)


def _said_of(item: pytest.Item) -> Iterator[str]:
    for mark in item.iter_markers("service"):
        yield from mark.args
    call = getattr(item, "callspec", None)
    url = call.params.get("url") if call is not None else None
    if url in _ENGINES:  # other parameters of that name are about URLs
        yield str(url)


def _table(
    reports: Iterable[tuple[str, pytest.TestReport]],
) -> Iterator[str]:
    used: dict[str, set[str]] = defaultdict(set)
    ended: dict[str, str] = {}
    lacking = Counter[str]()
    for outcome, report in reports:
        for key, names in report.user_properties:
            if key == _KEY and isinstance(names, list | tuple):
                used[report.nodeid].update(filter(None, names))
        if outcome in _OUTCOMES:
            ended[report.nodeid] = _OUTCOMES[outcome]
            lacking.update(_LACKS.findall(_reason(report)))
    yield from _rows(
        Counter(
            (service, ended[test])
            for test in used.keys() & ended.keys()
            for service in used[test]
        )
    )
    for name, tests in sorted(lacking.items()):
        yield f"{name} is not installed: {tests} tests lack it"


def _rows(counts: Counter[tuple[str, str]]) -> Iterator[str]:
    services = sorted({name for name, _ in counts}, key=_place)
    if services:
        yield f"{'':12}" + "".join(f"{each:>9}" for each in _SHOWN)
    for service in services:
        row = (counts[service, each] for each in _SHOWN)
        yield f"{service:12}" + "".join(f"{each:>9,}" for each in row)


def _reason(report: pytest.TestReport) -> str:
    """Return the words with which a test was skipped, or failed."""
    if isinstance(report.longrepr, tuple):
        return report.longrepr[2]
    crash = getattr(report.longrepr, "reprcrash", None)
    return str(getattr(crash, "message", ""))


def _place(service: str) -> tuple[int, str]:
    known = service in _FIRST
    return _FIRST.index(service) if known else len(_FIRST), service
