"""Three nodes that are one PostgreSQL: made, watched and thrown away.

Replication is synchronous and strict, so that an acknowledged commit is on
two machines.  Everything is in one folder and on loopback ports.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

import psycopg

from deploy.patroni.layout import Passwords, laid_out
from deploy.patroni.node import Node
from deploy.patroni.processes import PATIENCE
from deploy.programs import ADDRESS

ROLE = "bienvenue"
_LOOK_SECONDS = 0.1


class Cluster:
    """The nodes, and what they say of themselves."""

    def __init__(self, nodes: Sequence[Node], passwords: Passwords) -> None:
        self.nodes = list(nodes)
        self._passwords = passwords

    @property
    def url(self) -> str:
        """What ``database_url`` is set to: it leads to the primary."""
        return self.url_from(0)

    def url_from(self, first: int) -> str:
        """Return the same, with another node asked first."""
        order = [*self.nodes[first:], *self.nodes[:first]]
        hosts = ",".join(f"{ADDRESS}:{node.place.port}" for node in order)
        who = f"{ROLE}:{self._passwords.client}"
        return f"postgresql://{who}@{hosts}/{ROLE}"

    def start(self) -> None:
        """Switch all machines on; returns when accounts may be kept."""
        for node in self.nodes:
            node.start()
        self.wait_until_whole()
        self._make_database()

    def stop(self) -> None:
        """Switch all machines off."""
        for node in self.nodes:
            node.kill()

    def primary(self) -> Node | None:
        """Return the node that takes writes, None while none does."""
        for node in self.nodes:
            if node.is_on and node.ask("/primary") is not None:
                return node
        return None

    def wait_for_primary(self, but: Node | None = None) -> Node:
        """Wait until a node takes writes, another ``but`` one; return it."""
        found: list[Node] = []

        def is_there() -> bool:
            node = self.primary()
            found.extend([node] if node not in (None, but) else [])
            return bool(found)

        self._wait(is_there, "a primary")
        return found[0]

    def wait_until_whole(self) -> None:
        """Wait until every node that is on has its part.

        One leads, the rest stream from it, and with synchronous replication
        one of those is the leader's second.
        """
        self._wait(self._is_whole, "all nodes")

    def members(self) -> list[dict[str, Any]]:
        """Return what Patroni says of the nodes, [] if it says nothing."""
        for node in self.nodes:
            if node.is_on and (found := node.ask("/cluster")) is not None:
                return list(found["members"])
        return []

    def set_synchronous(self, wanted: bool) -> None:
        """Have a commit wait for a second machine, or, to lose, not."""
        change = {
            "synchronous_mode": wanted,
            "synchronous_mode_strict": wanted,
        }
        leader = self.wait_for_primary()
        assert leader.ask("/config", change, "PATCH") is not None
        query = "SHOW synchronous_standby_names"
        self._wait(
            lambda: bool(self._say(leader, query)) is wanted,
            "the change to be made",
        )

    def switch_over(self) -> None:
        """Have another node lead, in good order."""
        leader = self.wait_for_primary()
        change = {"leader": leader.place.name}
        assert leader.ask("/switchover", change, "POST") is not None
        self.wait_for_primary(but=leader)

    def _is_whole(self) -> bool:
        found = {
            each["name"]: (each["role"], each["state"])
            for each in self.members()
        }
        on = [found.get(n.place.name) for n in self.nodes if n.is_on]
        ready = {
            ("leader", "running"),
            ("sync_standby", "streaming"),
            ("replica", "streaming"),
        }
        if not ready.issuperset(on) or ("leader", "running") not in on:
            return False
        leader = self.primary()
        if leader is None:
            return False
        wants_second = self._say(leader, "SHOW synchronous_standby_names")
        return not wants_second or ("sync_standby", "streaming") in on

    def _make_database(self) -> None:
        leader = self.wait_for_primary()
        password = self._passwords.client
        self._say(leader, f"CREATE ROLE {ROLE} LOGIN PASSWORD '{password}'")
        self._say(leader, f"CREATE DATABASE {ROLE} OWNER {ROLE}")

    def _say(self, node: Node, statement: str) -> str | None:
        """Run a statement on one node, as the superuser."""
        with psycopg.connect(
            host=ADDRESS,
            port=node.place.port,
            user="postgres",
            password=self._passwords.superuser,
            dbname="postgres",
            autocommit=True,
            connect_timeout=5,
        ) as connection:
            # Ours alone: a name we chose, a password we made.
            cursor = connection.execute(statement.encode())
            row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if condition():
                    return
            except psycopg.Error:
                pass  # it is not yet, or no longer, to be spoken to
            Event().wait(_LOOK_SECONDS)
        logs = "\n".join(node.log() for node in self.nodes)
        raise AssertionError(f"waited in vain for {what}\n{logs}")


@contextmanager
def running(*, synchronous: bool = True) -> Iterator[Cluster]:
    """Bring a cluster up, and throw it away at the end of the block.

    Raises ``MissingProgram`` where one that it needs is not installed.
    """
    # A short name: the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="pg") as name:
        passwords = Passwords.new()
        nodes = laid_out(Path(name), passwords, synchronous=synchronous)
        cluster = Cluster(nodes, passwords)
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()
