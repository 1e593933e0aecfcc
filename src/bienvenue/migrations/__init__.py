"""The steps from an older schema to this release's, run in-process.

Alembic is loaded only when there is a step to take: a database that is up
to date, or new, does not pay for it.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Run the missing steps on a connection, within its transaction."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
