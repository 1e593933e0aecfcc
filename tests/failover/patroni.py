"""What may happen to PostgreSQL under Patroni while people use a service.

Each function is one round: it has two nodes of the service used, breaks
something, and returns what was promised and what of it is still there.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.patroni.cluster import Cluster, running
from deploy.patroni.node import Node
from deploy.programs import MissingProgram
from tests import installed
from tests.failover.afterwards import losses
from tests.failover.load import Planned, run
from tests.failover.nodes import nodes
from tests.failover.record import Report

Round = Callable[[Cluster, Path, float], Report]

SECONDS = 8.0
"""How long people use the service at least; a full proof has 30."""
_SOON = 3.0  # after which something breaks
_AFTER = 3.0  # of use, once there is a primary again
_LEAST = 10  # accounts after the last of it, on however slow a machine
_HELD = 2.0  # in which a primary cannot tell its replicas anything


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Bring one up; where it cannot be, say so, and fail under CI."""
    try:
        with running() as found:
            yield found
    except MissingProgram as error:
        installed.lacking(str(error))


def database_killed(cluster: Cluster, folder: Path, seconds: float) -> Report:
    """Kill with -9 the primary's postmaster; its Patroni lives."""
    return _broken(cluster, folder, seconds, Node.kill_database)


def machine_killed(cluster: Cluster, folder: Path, seconds: float) -> Report:
    """Kill with -9 all that runs on the primary's machine, etcd included."""
    return _broken(cluster, folder, seconds, Node.kill)


def machine_comes_back(
    cluster: Cluster, folder: Path, seconds: float
) -> Report:
    """Switch a machine that died on again, under load."""
    dead = cluster.wait_for_primary()
    dead.kill()
    cluster.wait_for_primary()
    plan = [
        Planned(_SOON, dead.start),
        Planned(_SOON, cluster.wait_until_whole),
        Planned(_SOON, _go_on),
    ]
    return _used(cluster, folder, seconds, plan)


def switched_over(cluster: Cluster, folder: Path, seconds: float) -> Report:
    """Have another machine lead, as one does before mending the first."""
    plan = [Planned(_SOON, cluster.switch_over), Planned(_SOON, _go_on)]
    return _used(cluster, folder, seconds, plan)


def held_and_killed(cluster: Cluster, folder: Path, seconds: float) -> Report:
    """Kill with -9 a primary that for a while could not tell its replicas.

    What it acknowledged meanwhile would be on one disk alone: with
    synchronous replication that is nothing at all.
    """
    found: list[Node] = []

    def hold() -> None:
        found.append(cluster.wait_for_primary())
        found[0].hold_replication()

    def end() -> None:
        found[0].kill()
        cluster.wait_for_primary()
        _go_on()

    plan = [Planned(_SOON, hold), Planned(_SOON + _HELD, end)]
    return _used(cluster, folder, seconds, plan)


def losing_control(cluster: Cluster, folder: Path, seconds: float) -> Report:
    """The same without synchronous replication: what is lost must be found.

    All is there while the primary lives, and some is gone with it.
    """
    cluster.set_synchronous(False)
    primary = cluster.wait_for_primary()
    plan = [Planned(_SOON, primary.hold_replication)]
    urls = [cluster.url] * 2
    report, ledger = run(
        folder, urls, plan, seconds=_SOON + _HELD, least=_LEAST
    )
    assert report.forbidden() == []
    primary.kill_database()
    cluster.wait_for_primary(but=primary)
    with nodes(folder / "survivor", urls[:1]) as (survivor,):
        report.lost = losses(survivor, ledger)
    return report


def heal(cluster: Cluster) -> None:
    """Switch all machines on, as they were made, and wait for each."""
    for node in cluster.nodes:
        if not node.is_on:
            node.start()
    cluster.wait_until_whole()
    cluster.set_synchronous(True)
    cluster.wait_until_whole()


def _broken(
    cluster: Cluster,
    folder: Path,
    seconds: float,
    breaks: Callable[[Node], None],
) -> Report:
    def break_primary() -> None:
        former = cluster.wait_for_primary()
        breaks(former)
        cluster.wait_for_primary(but=former)
        _go_on()

    return _used(cluster, folder, seconds, [Planned(_SOON, break_primary)])


def _used(
    cluster: Cluster, folder: Path, seconds: float, plan: list[Planned]
) -> Report:
    urls = [cluster.url] * 2
    return run(folder, urls, plan, seconds=seconds, least=_LEAST).report


def _go_on() -> None:
    threading.Event().wait(_AFTER)


ROUNDS: dict[str, Round] = {
    "kill -9 the primary's postmaster": database_killed,
    "kill -9 the primary's machine": machine_killed,
    "a machine that died comes back": machine_comes_back,
    "a planned switchover": switched_over,
    "kill -9 a primary cut off from its replicas": held_and_killed,
}
CONTROL = "the last without synchronous replication: it must lose"


def proof(folder: Path, seconds: float) -> Iterator[tuple[str, Report]]:
    """Yield each round and its figures, and at the end the control's."""
    with cluster() as found:
        rounds = {**ROUNDS, CONTROL: losing_control}
        for number, (title, happens) in enumerate(rounds.items()):
            heal(found)
            yield title, happens(found, folder / f"{number}", seconds)
