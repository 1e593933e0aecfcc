"""What admins do to letters that are dead."""

from collections.abc import Callable, Collection

from sqlalchemy import orm

from bienvenue import audit, dead_letters
from bienvenue.events import Event
from bienvenue.features.admin.desk import Desk
from bienvenue.features.admin.shapes import Actor


class Letters(Desk):
    """The verbs of ``verbs.LETTERS``, by their names."""

    def retry_letters(
        self, actor: Actor, ids: Collection[int] | None = None
    ) -> int:
        """Have dead letters, all or those, tried again; say how many."""
        return self._letters(
            actor, Event.MAIL_RETRIED, lambda u: dead_letters.retry(u, ids)
        )

    def purge_letters(
        self, actor: Actor, ids: Collection[int] | None = None
    ) -> int:
        """Forget dead letters, all or those; say how many."""
        return self._letters(
            actor, Event.MAIL_PURGED, lambda u: dead_letters.purge(u, ids)
        )

    def _letters(
        self, actor: Actor, event: Event, change: Callable[[orm.Session], int]
    ) -> int:
        def do(unit: orm.Session) -> int:
            number = change(unit)
            audit.record(unit, event, count=number)
            return number

        with self._as(actor):
            return self._db.write(do)
