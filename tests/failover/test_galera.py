"""Galera: what is true on one node is true on all, and outlives any one.

``FAILOVER_SECONDS`` is how long each round under load lasts at least (8).
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from bienvenue import DB, Auth, Settings
from bienvenue.errors import EmailTaken, InvalidToken
from deploy.galera.cluster import Cluster
from deploy.galera.node import Node
from tests.failover import galera
from tests.failover.galera import Round
from tests.service import PATIENCE

pytestmark = pytest.mark.service("galera")

T = TypeVar("T")

SECONDS = float(os.environ.get("FAILOVER_SECONDS", galera.SECONDS))
EMAIL, PASSWORD = "bob@example.com", "a long and quiet morning"


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    """One cluster for all rounds: they come one after the other."""
    with galera.cluster() as cluster:
        yield cluster


@pytest.fixture
def cluster(made: Cluster) -> Cluster:
    """The cluster with all of its nodes on."""
    galera.heal(made)
    return made


@pytest.fixture
def auths(cluster: Cluster) -> Iterator[list[Auth]]:
    """The use cases on one database, by way of two nodes at once."""
    name = galera.new_database(cluster)
    with ExitStack() as open_:
        found = []
        for number in (0, 1):
            settings = Settings(
                bcrypt_rounds=4,
                database_url=cluster.url(number, name),
                node_name=f"node{number}",
            )
            db = open_.enter_context(DB.of(settings))
            found.append(Auth(db, settings))
            open_.callback(found[-1].close)
        yield found


@pytest.mark.parametrize("happens", galera.ROUNDS.values())
def test_a_node_that_dies_takes_nothing_with_it(
    cluster: Cluster, tmp_path: Path, happens: Round
) -> None:
    report = happens(cluster, tmp_path, SECONDS)
    assert report.forbidden() == [], report
    assert report.accounts >= 5
    assert report.gap > 1, "nobody noticed: was it under load?"


def at_once(auths: list[Auth], call: Callable[[Auth], T]) -> list[T]:
    """Make a call thirty times together, on the nodes in turn."""
    together = threading.Barrier(30)

    def run(number: int) -> T:
        together.wait(PATIENCE)
        return call(auths[number % len(auths)])

    with ThreadPoolExecutor(30) as pool:
        return list(pool.map(run, range(30)))


def conflicts(cluster: Cluster) -> int:
    """Count the units that a node had to give up for another node's."""
    said = "".join(
        f"{node.say(f'SHOW STATUS LIKE {name!r}')}\n"
        for node in cluster.nodes
        for name in ("wsrep_local_cert_failures", "wsrep_local_bf_aborts")
    )
    return sum(int(line.split()[1]) for line in said.splitlines())


def test_a_token_is_spent_once_on_two_nodes(
    cluster: Cluster, auths: list[Auth]
) -> None:
    """That a row was claimed is true once it is committed, not before."""
    before = conflicts(cluster)
    auths[0].register_user(EMAIL, PASSWORD)
    for turn in range(5):
        token = auths[turn % 2].get_reset_password_token(EMAIL)

        def spend(auth: Auth, token: str = token) -> bool:
            with suppress(InvalidToken):
                auth.update_password(token, PASSWORD)
                return True
            return False

        assert sum(at_once(auths, spend)) == 1
    assert conflicts(cluster) > before, "the nodes never met"


def test_an_address_is_registered_once_on_two_nodes(
    auths: list[Auth],
) -> None:
    for turn in range(3):
        email = f"{turn}@example.com"

        def register(auth: Auth, email: str = email) -> bool:
            with suppress(EmailTaken):
                auth.register_user(email, PASSWORD)
                return True
            return False

        assert sum(at_once(auths, register)) == 1


def test_a_session_ends_once_on_two_nodes(auths: list[Auth]) -> None:
    auths[1].register_user(EMAIL, PASSWORD)
    for _ in range(5):
        session_id = auths[0].create_session(EMAIL)
        assert session_id is not None

        def end(auth: Auth, session_id: str = session_id) -> bool:
            return auth.end_session(session_id)

        assert sum(at_once(auths, end)) == 1


@contextmanager
def behind(node: Node) -> Iterator[Callable[[], None]]:
    """Keep a node from applying what the others commit, until told.

    It stays a member, and says of itself that it is well.
    """
    node.say("SET GLOBAL wsrep_desync = ON")
    url = f"mariadb+pymysql://root@/?unix_socket={node.place.folder / 's'}"
    engine = create_engine(url)
    with engine.connect() as held:
        held.execute(text("FLUSH TABLES WITH READ LOCK"))
        try:
            yield lambda: held.execute(text("UNLOCK TABLES")).close()
        finally:
            held.execute(text("UNLOCK TABLES"))
    engine.dispose()
    node.say("SET GLOBAL wsrep_desync = OFF")


def test_a_session_that_ended_is_dead_on_a_node_that_is_behind(
    cluster: Cluster, auths: list[Auth]
) -> None:
    """It waits to learn of it rather than let somebody in."""
    first, second = auths
    first.register_user(EMAIL, PASSWORD)
    session_id = first.create_session(EMAIL)
    assert session_id is not None
    assert second.check_session(session_id) is not None
    found: list[object] = []
    with behind(cluster.nodes[1]) as let_go:
        assert first.end_session(session_id)
        count = "SELECT count(*) FROM {}.sessions"
        database = make_url(second.settings.database_url).database
        stale = cluster.nodes[1].say(count.format(database))
        assert stale == "1", "the control: others would still see it"
        asking = threading.Thread(
            target=lambda: found.append(second.check_session(session_id))
        )
        asking.start()
        asking.join(0.5)
        assert asking.is_alive()
        let_go()
        asking.join(PATIENCE)
    assert found == [None]


def test_a_node_that_lost_the_others_is_left(
    cluster: Cluster, auths: list[Auth]
) -> None:
    """It is alive, and knows no more what is true."""
    first, second = auths
    option = "SET GLOBAL wsrep_provider_options = 'gmcast.isolate={}'"
    user = first.register_user(EMAIL, PASSWORD)
    cluster.nodes[0].say(option.format(1))
    try:
        second.db.update_user(user.id, session_id="a session")
        assert first.db.find_user_by(session_id="a session").id == user.id
        assert first.check_session("a session") is not None
        first.destroy_session(user.id)
        assert second.check_session("a session") is None
        size = cluster.nodes[0].say("SHOW STATUS LIKE 'wsrep_cluster_status'")
        assert size.endswith("non-Primary")
    finally:
        cluster.nodes[0].say(option.format(0))
