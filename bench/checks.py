"""Session checks, beside what they are compared with."""

from collections.abc import Sequence
from pathlib import Path

from bench import answers, databases, load, peer, people, report
from bench.answers import VERIFY
from bench.claims import Claim
from bench.people import Person
from bench.report import Row
from bench.rounds import Plan, Rounds, Sample, Target, on_core
from bench.servers import Failed

NAMES = ("profile", "verify", "constant", "peers")
"""What is measured on SQLite, all in one run of rounds."""

_PATHS = {"profile": load.PATH, "verify": VERIFY}
_ALONE = ("route", "bare", "wsgi", "constant")

Found = tuple[list[Sample], list[Claim]]


def on_sqlite(names: Sequence[str], plan: Plan) -> Found:
    """Measure what was chosen of ``NAMES``.  Raises ``Failed``."""
    signed_in = sign_in(plan)
    beside: dict[str, Claim | Target] = {}
    if "peers" in names:
        beside = {one.title: _peer(one, plan) for one in peer.PEERS}
    paths = [name for name in _PATHS if name in names] or list(_PATHS)
    targets = [
        Target("door", {n: _PATHS[n] for n in paths}, plan.cookies),
        *(
            Target(name, {name: load.PATH}, plan.cookies)
            for name in _ALONE
            if name == "bare" or "constant" in names
        ),
        *(one for one in beside.values() if isinstance(one, Target)),
    ]
    _look(plan, [one for one in targets if not one.command], signed_in)
    samples = Rounds(plan).checks(targets)
    rows = {row.what: row for row in report.rows(samples)}
    claims = [ratio(n, rows[n], rows["bare"]) for n in paths if n in names]
    for name in paths:
        if "constant" in names:
            claims.append(
                ratio(f"constant {name}", rows[name], rows["constant"])
            )
        if "peers" in names:
            claims.append(_to_peers(rows[name], rows, beside))
    return samples, claims


def on_server(engine: str, plan: Plan) -> Found:
    """Measure the service on a database server.  Raises ``Failed``."""
    with on_core(plan.cores[1]), databases.over_loopback(engine) as database:
        signed_in = people.populate(
            database.url, plan.accounts, sessions_of(plan)
        )
        cookies = plan.database.parent / f"{engine}.cookies"
        people.keep_cookies(cookies, (one.session_id for one in signed_in))
        questions = {f"{engine} {n}": path for n, path in _PATHS.items()}
        targets = [
            Target("door", questions, cookies, database.url),
            Target("bare", {f"{engine} bare": load.PATH}, cookies),
        ]
        with targets[0].started(plan, plan.cores[:1]) as server:
            answers.verify("door", server.port, signed_in)
        samples = Rounds(plan, [database.pid]).checks(targets)
    rows = {row.what: row for row in report.rows(samples)}
    base = rows[f"{engine} bare"]
    return samples, [ratio(name, rows[name], base) for name in questions]


def sessions_of(plan: Plan) -> int:
    """Return how many sessions are asked for by turns."""
    return max(plan.accounts // 5, 50)


def sign_in(plan: Plan) -> list[Person]:
    """Make the people on SQLite and return them.

    Nothing is done, and nobody returned, when the database is there.
    """
    if plan.database.exists():
        return []
    url = f"sqlite:///{plan.database}"
    signed_in = people.populate(url, plan.accounts, sessions_of(plan))
    people.keep_cookies(plan.cookies, (one.session_id for one in signed_in))
    return signed_in


def _look(
    plan: Plan, targets: Sequence[Target], signed_in: list[Person]
) -> None:
    """Check all answers that will be counted.  Raises ``Failed``."""
    last = {}
    for target in targets:
        with target.started(plan, plan.cores) as server:
            last[target.name] = answers.verify(
                target.name, server.port, signed_in
            )
    if "route" in last and last["door"] != last["route"]:
        raise Failed("the door and the route answer differently")


def ratio(aim: str, row: Row, base: Row) -> Claim:
    """Return how the rate of one is to the rate of another."""
    return Claim(aim, row.rate / base.rate, bool(row.quiet and base.quiet))


def _peer(one: peer.Peer, plan: Plan) -> Target | Claim:
    """Prepare a peer, or say why there is none."""
    try:
        return peer.prepare(one, plan)
    except Failed as error:
        why = _shortened(str(error), plan.database)
        return Claim(one.name, None, note=why)


def _shortened(text: str, database: Path) -> str:
    return text.replace(str(database.parent), "").replace("\n", " ")[:200]


def _to_peers(
    row: Row, rows: dict[str, Row], beside: dict[str, Claim | Target]
) -> Claim:
    """Compare with the fastest of the peers that there are."""
    aim = f"peers {row.what}"
    there = [one.name for one in peer.PEERS if one.name in rows]
    if not there:
        return Claim(aim, None, note="no peer could be installed")
    best = max((rows[name] for name in there), key=lambda one: one.rate)
    missing = [n for n, one in beside.items() if isinstance(one, Claim)]
    note = report.title(best.what)
    if missing:
        note += f"; without {', '.join(missing)}"
    found = ratio(aim, row, best)
    return Claim(aim, found.measured, found.quiet, note)
