"""What may happen to MariaDB with Galera while people use a service.

Each function is one round: it has two nodes of the service used, breaks
something, and returns what was promised and what of it is still there.
"""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from deploy.galera.cluster import Cluster, running
from deploy.programs import MissingProgram
from tests import installed
from tests.failover.load import Planned, run
from tests.failover.record import Report

Round = Callable[[Cluster, Path, float], Report]

SECONDS = 8.0
"""How long people use the service at least; a full proof has 30."""
_SOON = 3.0  # after which something breaks
_AFTER = 4.0  # of use, once all is well again


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Bring one up; where it cannot be, say so, and fail under CI."""
    try:
        with running() as found:
            yield found
    except MissingProgram as error:
        installed.lacking(str(error))


def heal(cluster: Cluster) -> None:
    """Switch on what is off, and wait until all are one cluster."""
    cluster.start_again()


def new_database(cluster: Cluster) -> str:
    """Make an empty database that nobody else uses; return its name."""
    cluster.made += 1
    name = f"round{cluster.made}"
    cluster.make_database(name)
    return name


def node_killed(cluster: Cluster, folder: Path, seconds: float) -> Report:
    """Kill with -9 the node that all write to."""
    return _used(
        cluster, folder, seconds, [Planned(_SOON, cluster.nodes[0].kill)]
    )


def node_comes_back(cluster: Cluster, folder: Path, seconds: float) -> Report:
    """Kill with -9 the written node, and start it again under load."""
    plan = [
        Planned(_SOON, cluster.nodes[0].kill),
        Planned(_SOON + 4, cluster.start_again),
        Planned(_SOON + 4, _go_on),
    ]
    return _used(cluster, folder, seconds, plan)


def two_writers(cluster: Cluster, folder: Path, seconds: float) -> Report:
    """Write to two nodes at once, and kill one of them with -9."""
    return _used(
        cluster,
        folder,
        seconds,
        [Planned(_SOON, cluster.nodes[1].kill)],
        firsts=(0, 1),
    )


ROUNDS: dict[str, Round] = {
    "kill -9 the node that is written to": node_killed,
    "the same, and it comes back": node_comes_back,
    "two nodes are written to, kill -9 one": two_writers,
}


def proof(folder: Path, seconds: float) -> Iterator[tuple[str, Report]]:
    """Yield each round and its figures."""
    with cluster() as found:
        for number, (title, happens) in enumerate(ROUNDS.items()):
            heal(found)
            yield title, happens(found, folder / f"{number}", seconds)


def _used(
    cluster: Cluster,
    folder: Path,
    seconds: float,
    plan: Sequence[Planned],
    firsts: Sequence[int] = (0, 0),
) -> Report:
    name = new_database(cluster)
    return run(
        folder / name,
        [cluster.url(first, name) for first in firsts],
        plan,
        seconds=seconds,
        least=5,
        afterwards=cluster.url(2, name),
    ).report


def _go_on() -> None:
    threading.Event().wait(_AFTER)
