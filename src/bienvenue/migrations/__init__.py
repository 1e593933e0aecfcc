"""The steps from an older schema to this release's, run in-process.

Alembic is loaded only when there is a step to take: a database that is up
to date, or new, does not pay for it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bienvenue.migrations.resume import resumable


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the missing steps on a connection, within its transaction.

    A step must be such that it can be run again: see ``resume``.
    """
    config = _config()
    config.attributes["connection"] = connection
    with resumable(connection):
        command.upgrade(config, revision)


def steps(after: str | None = None) -> list[tuple[str, str]]:
    """Return each step's revision and what it does, oldest first.

    Those after a revision that is named; all of them without one.
    """
    scripts = ScriptDirectory.from_config(_config())
    found = list(scripts.walk_revisions(base=after or "base"))
    return [
        (each.revision, each.doc)
        for each in reversed(found)
        if each.revision != after
    ]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
