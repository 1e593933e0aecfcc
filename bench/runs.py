"""The runs by name: what each measures, and in which order."""

import sys
from collections.abc import Callable, Sequence
from functools import partial

from bench import checks, crowded, memory, micro, report, start, users
from bench.claims import Claim
from bench.kept import Found
from bench.rounds import LOGIN, RAW, Plan, Rounds, Sample
from bench.servers import Failed

_Run = Callable[[Plan], checks.Found]
_QUICK_USERS = 20_000


def measure(names: Sequence[str], plan: Plan, *, quick: bool) -> Found:
    """Measure everything of these names.

    A run that fails says so in its rows, and the others go on.
    """
    found = Found()
    chosen = [name for name in checks.NAMES if name in names]
    if chosen:
        _try(found, chosen, lambda: checks.on_sqlite(chosen, plan))
    for name, run in _runs(quick=quick).items():
        if name in names:
            _try(found, [name], partial(run, plan))
    if "micro" in names:
        found.parts = micro.measure(quick=quick)
    return found


def _runs(*, quick: bool) -> dict[str, _Run]:
    many = _QUICK_USERS if quick else users.MANY
    return {
        "postgresql": lambda plan: checks.on_server("postgresql", plan),
        "mariadb": lambda plan: checks.on_server("mariadb", plan),
        "users": lambda plan: users.compare(plan, many),
        "login": _logins,
        "flood": lambda plan: ([], [crowded.in_flood(plan)]),
        "slow": lambda plan: ([], [crowded.beside_slow_clients(plan)]),
        "start": lambda plan: ([], [start.compare(plan)]),
        "memory": lambda _plan: (
            [],
            [memory.claim(memory.main(quick=quick, markdown=False))],
        ),
    }


def _logins(plan: Plan) -> tuple[list[Sample], list[Claim]]:
    checks.sign_in(plan)
    samples = Rounds(plan).logins()
    rows = {row.what: row for row in report.rows(samples)}
    return samples, [checks.ratio("login", rows[LOGIN], rows[RAW])]


def _try(
    found: Found, names: Sequence[str], run: Callable[[], checks.Found]
) -> None:
    print(f"-- {', '.join(names)}", file=sys.stderr)
    try:
        found.add(*run())
    except Failed as why:
        print(f"bench: {', '.join(names)}: {why}", file=sys.stderr)
        found.failed += names
