"""What admins look at, and what they take away with them."""

from collections.abc import Iterator

from sqlalchemy import orm

from bienvenue.features.admin import (
    exporting,
    figures,
    log,
    paging,
    people,
    post,
    state,
)
from bienvenue.features.admin.desk import Desk
from bienvenue.features.admin.log import EventFilters
from bienvenue.features.admin.shapes import (
    Actor,
    Check,
    EventRow,
    LetterRow,
    Overview,
    Page,
    SettingRow,
    UserDetail,
    UserRow,
)


class Lists(Desk):
    """What there is to see; nothing in here changes anything."""

    def overview(self, days: int = 14) -> Overview:
        """Return figures of the last days and of now, in bounded work."""
        return self._db.read(lambda unit: figures.overview(unit, days))

    def users(
        self,
        search: str = "",
        status: str = "all",
        sort: str = "newest",
        after: str | None = None,
        limit: int = 50,
    ) -> Page[UserRow]:
        """Return a page of accounts.

        ``search`` is the number of an account, or what its address begins
        with, in any letter case; those are in the order of addresses.
        ``status`` is one of ``people.STATUSES``, ``sort`` of
        ``people.SORTS``; ``after`` a cursor that a page had.  Raises
        ``InvalidChoice``.
        """
        return self._db.read(
            lambda unit: people.listed(
                unit, search, status, sort, after, paging.few(limit)
            )
        )

    def user(self, user_id: int) -> UserDetail:
        """Return all there is to see of an account."""

        def look(unit: orm.Session) -> UserDetail:
            found = people.one(unit, user_id)
            sessions = people.sessions(unit, user_id)
            return UserDetail(found, sessions, log.newest_of(unit, user_id))

        return self._db.read(look)

    def events(
        self,
        filters: EventFilters | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> Page[EventRow]:
        """Return a page of the audit log, the newest first.

        Raises ``InvalidChoice``.
        """
        wanted = filters or EventFilters()
        return self._db.read(
            lambda unit: log.listed(unit, wanted, after, paging.few(limit))
        )

    def letters(
        self, state: str = "all", after: str | None = None, limit: int = 50
    ) -> Page[LetterRow]:
        """Return a page of letters that wait or died, the newest first.

        ``state`` is one of ``post.STATES``.  Raises ``InvalidChoice``.
        """
        return self._db.read(
            lambda unit: post.listed(unit, state, after, paging.few(limit))
        )

    def settings(self) -> list[SettingRow]:
        """Return every setting by its name, secrets masked."""
        return state.settings(self._settings)

    def health(self) -> list[Check]:
        """Return what was found of what the service depends on."""
        return state.health(self._auth)

    def users_csv(
        self, actor: Actor, search: str = "", status: str = "all"
    ) -> Iterator[str]:
        """Return accounts as lines of CSV, all that fit; no secret.

        Raises ``InvalidChoice`` before the first line.
        """
        with self._as(actor):
            return exporting.users(self._db, search, status)

    def events_csv(
        self, actor: Actor, filters: EventFilters | None = None
    ) -> Iterator[str]:
        """Return events as lines of CSV, all that fit, the newest first."""
        with self._as(actor):
            return exporting.events(self._db, filters or EventFilters())
