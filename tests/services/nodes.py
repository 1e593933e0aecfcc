"""Two services that share one database, behind a proxy.

Each has a folder of its own: nothing is shared but what is on the servers.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.proxies.front import Front, proxy
from tests.proxies.nginx import Nginx
from tests.service import Service, free_port, started
from tests.services.post import Post
from tests.services.production import LIMITS

# A node that tests stop need not wait until its proxy has looked away.
_AT_ONCE = {"BIENVENUE_DRAIN_DELAY_SECONDS": "0"}


@dataclass(frozen=True)
class Nodes:
    """The proxy, and what is behind it."""

    front: Front
    all: tuple[Service, Service]


@contextmanager
def development(folder: Path, database_url: str) -> Iterator[Nodes]:
    """Run two of ``bienvenue dev``, whose tokens are in answers."""
    env = {
        "BIENVENUE_DATABASE_URL": database_url,
        "BIENVENUE_ALLOW_REMOTE": "true",
    }
    with behind(folder, env, command="dev") as nodes:
        yield nodes


def settings(database_url: str, redis_url: str, post: Post) -> dict[str, str]:
    """Return what all nodes of a production service agree on."""
    return {
        **LIMITS,
        "BIENVENUE_SECRET_KEY": "k" * 32,
        "BIENVENUE_DATABASE_URL": database_url,
        "BIENVENUE_REDIS_URL": redis_url,
        "BIENVENUE_BCRYPT_ROUNDS": "10",
        "BIENVENUE_MAIL": "smtp",
        "BIENVENUE_MAIL_FROM": "no-reply@example.com",
        "BIENVENUE_SMTP_HOST": "127.0.0.1",
        "BIENVENUE_SMTP_PORT": str(post.port),
        "BIENVENUE_SMTP_SECURITY": "none",
    }


@contextmanager
def behind(
    folder: Path,
    env: Mapping[str, str],
    command: str = "serve",
    kind: type[Front] = Nginx,
) -> Iterator[Nodes]:
    """Run two nodes with these settings, and a proxy in front of them.

    In production the recipe's own settings are added.
    """
    ports = free_port(), free_port()
    with ExitStack() as block:
        upstreams = [f"127.0.0.1:{port}" for port in ports]
        front = block.enter_context(proxy(kind, upstreams))
        if command == "serve":
            env = {**front.settings(), **_AT_ONCE, **env}
        first, second = (
            block.enter_context(
                node(folder / f"node{number}", port, env, command)
            )
            for number, port in enumerate(ports, start=1)
        )
        yield Nodes(front, (first, second))


@contextmanager
def node(
    folder: Path, port: int, env: Mapping[str, str], command: str = "serve"
) -> Iterator[Service]:
    """Run one node; its folder names it."""
    folder.mkdir(exist_ok=True)
    own = {"BIENVENUE_NODE_NAME": folder.name, **env}
    with started(
        folder, "--port", str(port), command=command, env=own
    ) as service:
        yield service
