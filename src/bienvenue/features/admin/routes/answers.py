"""What the admin API answers: the shapes of the flow, as JSON."""

from datetime import date, datetime
from typing import Any, Self

from bienvenue.features.admin import shapes
from bienvenue.features.admin.shapes import Count
from bienvenue.web import schemas


class Counted(schemas.Body):
    """How many there are; with `more`, at least so many."""

    number: int
    more: bool

    @classmethod
    def of(cls, count: Count) -> Self:
        """Take a count of the flow's."""
        return cls(number=int(count), more=count.more)


class AdminDay(schemas.Body):
    """What happened on one day, in UTC."""

    date: date
    sign_ups: Counted
    sign_ins: Counted
    failures: Counted
    lockouts: Counted


class AdminOverview(schemas.Body):
    """The last days, the last one last, and how many there are now."""

    days: list[AdminDay]
    users: Counted
    sessions: Counted
    verified: Counted
    disabled: Counted
    waiting_mail: Counted
    dead_mail: Counted

    @classmethod
    def of(cls, found: shapes.Overview) -> Self:
        """Take the flow's."""
        days = [AdminDay(**_counted(each)) for each in found.days]
        return cls(**(_counted(found) | {"days": days}))


class AdminUser(schemas.Body):
    """An account."""

    id: int
    email: str
    created_at: datetime
    verified_at: datetime | None
    disabled_at: datetime | None
    compromised_at: datetime | None
    deletion_due_at: datetime | None
    language: str | None
    role: str | None
    states: list[str]

    @classmethod
    def of(cls, found: shapes.UserRow) -> Self:
        """Take the flow's."""
        return cls(**found._asdict(), states=found.states)


class AdminSession(schemas.Body):
    """A live session of an account; `id` opens nothing."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None
    actor_id: int | None


class AdminEvent(schemas.Body):
    """An event of the audit log, with the addresses behind its ids."""

    id: int
    time: datetime
    event: str
    outcome: str
    user_id: int | None
    user_email: str | None
    actor_id: int | None
    actor_email: str | None
    address: str | None
    agent: str | None
    request_id: str | None
    detail: dict[str, Any]
    strand: str
    sequence: int


class AdminUserDetail(schemas.Body):
    """An account, its live sessions, and its newest events."""

    user: AdminUser
    sessions: list[AdminSession]
    events: list[AdminEvent]

    @classmethod
    def of(cls, found: shapes.UserDetail) -> Self:
        """Take the flow's."""
        return cls(
            user=AdminUser.of(found.user),
            sessions=[AdminSession(**s._asdict()) for s in found.sessions],
            events=[AdminEvent(**each._asdict()) for each in found.events],
        )


class AdminUsers(schemas.Body):
    """A page of accounts, and the cursors of the pages beside it.

    With `partial` the search was broken off; it goes on with `next`.
    """

    users: list[AdminUser]
    next: str | None
    previous: str | None
    partial: bool


class AdminEvents(schemas.Body):
    """A page of events, and the cursors of the pages beside it."""

    events: list[AdminEvent]
    next: str | None
    previous: str | None
    partial: bool


class AdminLetter(schemas.Body):
    """A letter that waits to leave, or is dead."""

    id: int
    letter: str
    recipient: str
    user_id: int | None
    state: str
    created_at: datetime
    due_at: datetime | None
    failed_at: datetime | None
    attempts: int
    reason: str | None


class AdminLetters(schemas.Body):
    """A page of letters, and the cursors of the pages beside it."""

    letters: list[AdminLetter]
    next: str | None
    previous: str | None
    partial: bool


class AdminSetting(schemas.Body):
    """A setting: its value as it may be shown, and who set it."""

    name: str
    value: str | int | bool | None
    source: str
    meaning: str


class AdminSettings(schemas.Body):
    """All settings in force, by their names."""

    settings: list[AdminSetting]


class AdminCheck(schemas.Body):
    """Something that was looked at, and whether it is well."""

    name: str
    ok: bool
    says: str


class AdminHealth(schemas.Body):
    """What the service depends on."""

    checks: list[AdminCheck]


class Done(schemas.Body):
    """What was done, and to how many."""

    message: str
    number: int


class AdminBulk(schemas.Body):
    """What became of each account: done, or the code of an error."""

    done: list[int]
    failed: dict[str, str]


class AdminDeletion(schemas.Body):
    """When an account is deleted."""

    message: str
    deletion_due_at: datetime


def beside(page: shapes.Page[Any]) -> dict[str, Any]:
    """Return what a page says beside its rows."""
    return {
        "next": page.next,
        "previous": page.previous,
        "partial": page.partial,
    }


def _counted(found: Any) -> dict[str, Any]:
    return {
        name: Counted.of(value) if isinstance(value, Count) else value
        for name, value in found._asdict().items()
    }
