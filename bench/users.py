"""Session checks with a million users, beside a thousand."""

import math
import sys

from bench import bulk, checks, crowd, people, report
from bench.claims import Claim
from bench.crowd import Crowd
from bench.load import PATH
from bench.rounds import Plan, Rounds, Target

FEW, MANY = 1_000, 1_000_000
_STEP = 2_654_435_761  # prime: its multiples meet everybody, in no order
_SIGNED_IN = 64
"""How many ask by turns, here as of the peers (``bench/peer.py``)."""

_SPREAD_OUT = 20_000
"""How many ask beside it: by the time one asks again, others have had all
of the memory that is near."""


def compare(plan: Plan, many: int = MANY) -> checks.Found:
    """Fill two databases on SQLite and ask them by turns."""
    folder, targets = plan.database.parent, []
    for name, users in (("few", FEW), ("many", many)):
        print(f"{users:,} users ...", file=sys.stderr)
        url = f"sqlite:///{folder / name}.db"
        bulk.fill(url, Crowd(users, users, tokens=0, letters=0, events=0))
        for what, asking in (
            (name, _SIGNED_IN),
            (f"{name}_spread", _SPREAD_OUT),
        ):
            cookies = folder / f"{what}.cookies"
            asked = (n * _STEP % users + 1 for n in range(asking))
            people.keep_cookies(cookies, map(crowd.session_id, asked))
            targets.append(Target("door", {what: PATH}, cookies, url))
    samples = Rounds(plan).checks(targets)
    rows = {row.what: row for row in report.rows(samples)}
    claim = checks.ratio("users", rows["many"], rows["few"])
    spread = rows["many_spread"].rate / rows["few_spread"].rate
    note = f"by {_SPREAD_OUT:,}: {math.floor(spread * 100) / 100:.2f}x"
    if many != MANY:
        note += f"; only {many:,}"
    return samples, [Claim("users", claim.measured, claim.quiet, note)]
