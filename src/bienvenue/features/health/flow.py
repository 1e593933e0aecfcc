"""Whether the service can do its work: its database answers, and fits."""

from sqlalchemy import orm

from bienvenue import leaving, schema
from bienvenue.db import DB
from bienvenue.errors import DatabaseUnavailable, Leaving


def require_ready(db: DB) -> None:
    """Return when the database answers and has the schema of this release.

    Raises ``DatabaseUnavailable`` when it has another: a release that was
    rolled back, or one whose upgrade is still to come; and ``Leaving``
    while this process is about to stop.
    """
    if leaving.is_so():
        raise Leaving

    def look(unit: orm.Session) -> str | None:
        return schema.current(unit.connection())

    if db.read(look) != schema.HEAD:
        raise DatabaseUnavailable(
            "the database has the schema of another release"
        )
