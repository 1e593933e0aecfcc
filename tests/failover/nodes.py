"""Nodes as operators run them: the production profile, one Redis for all."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests import redis_server
from tests.service import Service, started
from tests.services.production import LIMITS

_SETTINGS = {
    **LIMITS,
    "BIENVENUE_SECRET_KEY": "k" * 32,
    "BIENVENUE_TLS_PROXY": "true",
    "BIENVENUE_TRUSTED_HOPS": "1",
    "BIENVENUE_PUBLIC_URL": "https://accounts.example.com",
    # A hash is to cost something, and the database is what is looked at.
    "BIENVENUE_BCRYPT_ROUNDS": "10",
    # So a registration says whose the address is, and a client that did not
    # hear the answer to its own learns that it worked.
    "BIENVENUE_MAIL": "off",
}


@contextmanager
def nodes(
    folder: Path, urls: Sequence[str], env: Mapping[str, str] | None = None
) -> Iterator[list[Service]]:
    """Run ``bienvenue serve`` once on each database URL given.

    They share what nodes share: the secret key, and a Redis for limits.
    ``env`` is put over their settings.  Each has a folder of its own below
    ``folder``.  They must stop without an error when the block ends.
    """
    with ExitStack() as running:
        redis = running.enter_context(redis_server.started())
        shared = {**_SETTINGS, "BIENVENUE_REDIS_URL": redis.url}
        yield [
            running.enter_context(
                started(
                    _own(folder, number),
                    command="serve",
                    env=shared
                    | {
                        "BIENVENUE_DATABASE_URL": url,
                        # So neither waits for the other to write its log.
                        "BIENVENUE_NODE_NAME": f"node{number}",
                    }
                    | dict(env or {}),
                )
            )
            for number, url in enumerate(urls)
        ]


def _own(folder: Path, number: int) -> Path:
    mine = folder / f"node{number}"
    mine.mkdir(parents=True, exist_ok=True)
    return mine
