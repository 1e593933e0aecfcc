"""``python -m bench scale``: which engines, how many people, where to."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_ALL = "sqlite,postgresql,mariadb"
_MANY = 1_000_000
_POOL = 2 * 1024**3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what ``scale`` alone takes."""
    add = parser.add_argument_group("scale").add_argument
    add("--users", type=int, default=_MANY, help="how many (1000000)")
    add("--engines", default=_ALL, help="with commas between")


def main(chosen: argparse.Namespace) -> None:
    """Measure each engine that is installed, print and keep what it gave."""
    import pytest

    from bench import scale, scale_report
    from bench.scale import Plan

    quick = chosen.quick
    users = 5000 if quick else chosen.users
    plan = Plan(users, 3, 100, 1, 1) if quick else Plan(users)
    whole = not quick and users >= _MANY
    file = chosen.json or (scale_report.RESULTS if whole else None)
    for engine in chosen.engines.split(","):
        print(f"scale: {engine}, {users:,} users ...", file=sys.stderr)
        try:
            with _databases(engine) as (fresh, folder):
                found = scale.measure(engine, fresh, folder, plan)
        except pytest.skip.Exception as why:
            print(f"scale: {why}", file=sys.stderr)
            continue
        print(scale_report.page([found]))
        print("\n".join(scale_report.verdicts([found])))
        if file is not None:
            scale_report.keep(found, file)


@contextmanager
def _databases(
    engine: str,
) -> Iterator[tuple[Callable[[str], str], Path]]:
    """Give names of empty databases, and a folder, while the block lasts."""
    # The servers of the tests; the other parts of the benchmark need none.
    from tests import database_servers

    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if engine == "sqlite":
            yield (lambda each: f"sqlite:///{folder / each}.db"), folder
            return
        # The usual 128 MB would hold no index of a million people.
        if engine == "postgresql":
            started = database_servers.postgresql("-c shared_buffers=2GB")
        else:
            started = database_servers.mariadb()
        with started as server:
            if engine == "mariadb":
                server.say(f"SET GLOBAL innodb_buffer_pool_size = {_POOL}")
            yield (lambda _each: server.fresh()), folder
