"""Whether the service can do its work: its database answers, and fits."""

from sqlalchemy import orm

from bienvenue import leaving, schema
from bienvenue.db import DB
from bienvenue.errors import DatabaseUnavailable, Leaving


def require_ready(db: DB) -> None:
    """Return when the database answers and this release may use it.

    Raises ``DatabaseUnavailable`` when its schema is one that is still to
    be upgraded, or that this release knows too little of; and ``Leaving``
    while this process is about to stop.
    """
    if leaving.is_so():
        raise Leaving

    def look(unit: orm.Session) -> str | None:
        return schema.current(unit.connection())

    if not schema.standing_of(db.read(look, patient=False)).usable:
        raise DatabaseUnavailable(
            "the database has the schema of another release"
        )
