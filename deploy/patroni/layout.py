"""What three nodes need before they are started: files, ports, passwords."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template

from deploy.patroni.node import Node, Place
from deploy.patroni.processes import etcd, server_programs
from deploy.programs import ADDRESS, hand_over, ports

TEMPLATE = Path(__file__).with_name("patroni.yml")
NAMES = ("one", "two", "three")


@dataclass(frozen=True, slots=True)
class Passwords:
    """Made anew for every cluster."""

    rest: str
    superuser: str
    replication: str
    client: str

    @classmethod
    def new(cls) -> "Passwords":
        """Choose four that nobody else has."""
        return cls(*(secrets.token_urlsafe(16) for _ in range(4)))


def laid_out(
    folder: Path, passwords: Passwords, *, synchronous: bool
) -> list[Node]:
    """Write everything that three nodes need into a folder; start none.

    Raises ``MissingProgram``.
    """
    etcd_program, programs = etcd(), server_programs()
    hand_over(folder)
    free = ports()
    places = [
        Place(name, folder / name, *(next(free) for _ in range(4)))
        for name in NAMES
    ]
    nodes = []
    for place in places:
        config = Template(TEMPLATE.read_text()).substitute(
            name=place.name,
            address=ADDRESS,
            port=place.port,
            rest_port=place.rest,
            rest_password=passwords.rest,
            etcd_hosts=",".join(f"{ADDRESS}:{p.etcd}" for p in places),
            synchronous=str(synchronous).lower(),
            network=f"{ADDRESS}/32",
            hba="host",
            folder=place.folder,
            programs=programs,
            superuser_password=passwords.superuser,
            replication_password=passwords.replication,
        )
        command = [etcd_program, *_etcd_options(place, places)]
        nodes.append(Node(place, command, config, passwords.rest))
    return nodes


def _etcd_options(place: Place, places: Sequence[Place]) -> list[str]:
    members = ",".join(f"{each.name}={each.peer_url}" for each in places)
    options = {
        "name": place.name,
        "data-dir": place.folder / "etcd" / "data",
        "listen-client-urls": place.etcd_url,
        "advertise-client-urls": place.etcd_url,
        "listen-peer-urls": place.peer_url,
        "initial-advertise-peer-urls": place.peer_url,
        "initial-cluster": members,
        "initial-cluster-token": places[0].folder.parent.name,
        "initial-cluster-state": "new",
        "logger": "zap",
        "log-level": "warn",
    }
    return [f"--{name}={value}" for name, value in options.items()]
