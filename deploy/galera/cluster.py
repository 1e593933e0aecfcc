"""Three nodes that are one MariaDB: made, watched and thrown away.

A commit is acknowledged once every node has it, and any of them takes
writes.  Everything is in one folder and on loopback ports.
"""

import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from string import Template

from deploy.galera.node import Node, Place
from deploy.galera.programs import PATIENCE, program, provider
from deploy.programs import ADDRESS, hand_over, not_as_root, ports

TEMPLATE = Path(__file__).with_name("galera.cnf")
NAMES = ("one", "two", "three")
ROLE = "bienvenue"
_OPTIONS = (
    "base_port=$group",
    "gmcast.listen_addr=tcp://$address:$group",
    "ist.recv_addr=$address:$catching_up",
    "evs.keepalive_period=PT0.5S",
    "evs.suspect_timeout=PT2S",
    "evs.inactive_timeout=PT6S",
    "evs.install_timeout=PT6S",
)


class Cluster:
    """The nodes, and what they say of themselves."""

    def __init__(self, nodes: Sequence[Node], password: str) -> None:
        self.nodes = list(nodes)
        self._password = password
        self.made = 0
        """Databases that were made for rounds of a proof."""

    def url(self, first: int = 0, database: str = ROLE) -> str:
        """Return what ``database_url`` is set to.

        All nodes are in it; which one comes first is the one that is used
        as long as it lives.
        """
        order = [*self.nodes[first:], *self.nodes[:first]]
        hosts = "&".join(f"host={ADDRESS}:{n.place.port}" for n in order)
        who = f"{ROLE}:{self._password}"
        return f"mariadb+pymysql://{who}@/{database}?{hosts}"

    def start(self) -> None:
        """Switch all machines on; returns when accounts may be kept."""
        for number, node in enumerate(self.nodes):
            node.start(first=number == 0)
            node.wait_until_synced(number + 1)
        self.nodes[0].say(
            f"CREATE USER {ROLE}@'{ADDRESS}' IDENTIFIED BY '{self._password}'"
        )
        self.make_database(ROLE)

    def start_again(self) -> None:
        """Switch on what is off; returns when all are one cluster.

        At least one must have lived: that one knows what was committed.
        """
        for node in self.nodes:
            if not node.is_on:
                node.start()
        for node in self.nodes:
            node.wait_until_synced(len(self.nodes))

    def make_database(self, name: str) -> None:
        """Make an empty database that the service's role owns."""
        self.nodes[0].say(
            f"CREATE DATABASE {name};"
            f" GRANT ALL ON {name}.* TO {ROLE}@'{ADDRESS}'"
        )

    def stop(self) -> None:
        """End all of it, whatever state it is in."""
        for node in self.nodes:
            node.kill()


@contextmanager
def running() -> Iterator[Cluster]:
    """Run a cluster while the block lasts; nothing of it is left.

    Raises ``MissingProgram``.
    """
    # A short name: the path of a socket has at most 107 bytes.
    with tempfile.TemporaryDirectory(prefix="bvg") as name:
        cluster = Cluster(_laid_out(Path(name)), secrets.token_urlsafe(16))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


def _laid_out(folder: Path) -> list[Node]:
    free = ports()
    places = [
        Place(name, folder / name, *(next(free) for _ in range(4)))
        for name in NAMES
    ]
    members = ",".join(f"{ADDRESS}:{place.group}" for place in places)
    for place in places:
        place.folder.mkdir()
    hand_over(folder)
    _make_data(places)
    nodes = [Node(place, _config(place, members)) for place in places]
    hand_over(folder)
    return nodes


def _make_data(places: Sequence[Place]) -> None:
    """Install a server once, for all of them."""
    first, *others = [place.folder / "data" for place in places]
    made = subprocess.run(
        [
            *not_as_root(),
            program("mariadb-install-db"),
            "--no-defaults",
            f"--datadir={first}",
            "--skip-test-db",
            "--auth-root-authentication-method=normal",
        ],
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=PATIENCE,
    )
    if made.returncode != 0:
        raise RuntimeError(f"mariadb-install-db: {made.stdout[-2000:]}")
    for other in others:
        shutil.copytree(first, other)


def _config(place: Place, members: str) -> str:
    known = {
        "address": ADDRESS,
        "provider": provider(),
        "members": f"gcomm://{members}",
        "name": place.name,
        "folder": place.folder,
        "port": place.port,
        "group": place.group,
        "catching_up": place.catching_up,
        "transfer": place.transfer,
    }
    options = Template(";".join(_OPTIONS)).substitute(known)
    text = TEMPLATE.read_text()
    return Template(text).substitute(known, options=options)
