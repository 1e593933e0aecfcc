"""What the console and the admin API are given: plain values, no rows.

Nothing in here is a secret: no hash, no token, no digest.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Actor(NamedTuple):
    """An admin who acts: the account, and the row of the session."""

    id: int
    email: str
    session: int


class Count(int):
    """A number of rows, which were counted up to a point.

    ``more`` says that there are more of them; as text, "10,000+".
    """

    more: bool

    def __new__(cls, number: int, *, most: int) -> "Count":
        """Take what was counted, up to one more than ``most``."""
        count = super().__new__(cls, min(number, most))
        count.more = number > most
        return count

    def __str__(self) -> str:
        """Return the number as people read it."""
        return f"{int(self):,}{'+' if self.more else ''}"


class Day(NamedTuple):
    """What happened on one day, in UTC."""

    date: date
    sign_ups: Count
    sign_ins: Count
    failures: Count
    lockouts: Count


class Overview(NamedTuple):
    """How the service fares: the last days, the last one last, and now.

    ``verified`` and ``disabled`` are among the ``users`` that were counted:
    the newest, where there are more.
    """

    days: list[Day]
    users: Count
    sessions: Count
    verified: Count
    disabled: Count
    waiting_mail: Count
    dead_mail: Count


class Page(NamedTuple, Generic[T]):
    """A part of a list, and the cursors of the parts beside it.

    ``next`` and ``previous`` are for ``after``, or None at an end.  With
    ``partial`` the search was broken off: more may come with ``next``,
    however few there are on this page.
    """

    items: list[T]
    next: str | None
    previous: str | None
    partial: bool = False


class UserRow(NamedTuple):
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

    @property
    def states(self) -> list[str]:
        """What there is to know of it, in the words of the filters."""
        found = {
            "admin": self.role is not None,
            "unverified": self.verified_at is None,
            "disabled": self.disabled_at is not None,
            "compromised": self.compromised_at is not None,
            "deleting": self.deletion_due_at is not None,
        }
        return [name for name, is_so in found.items() if is_so]


class SessionRow(NamedTuple):
    """A live session; ``id`` opens nothing.

    ``actor_id`` is the admin who acts as the user in it, else None.
    """

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None
    actor_id: int | None


class EventRow(NamedTuple):
    """An event of the audit log, with the addresses behind its ids.

    The addresses are those of today, and None for an account that is gone.
    """

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
    detail: Mapping[str, Any]
    strand: str
    sequence: int


class UserDetail(NamedTuple):
    """All there is to see of one account.

    ``sessions`` are the live ones and ``events`` the newest, the newest
    first.
    """

    user: UserRow
    sessions: list[SessionRow]
    events: list[EventRow]


class LetterRow(NamedTuple):
    """A letter that waits to leave, or is dead; ``state`` says which.

    ``due_at`` is when it is tried next; None for a dead one.
    """

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


class Bulk(NamedTuple):
    """What became of several accounts at once.

    ``failed`` has the code of the error for each account that was left.
    """

    done: list[int]
    failed: dict[int, str]


class SettingRow(NamedTuple):
    """A setting: its value as it may be shown, who set it, what it does."""

    name: str
    value: str | int | bool | None
    source: str
    meaning: str


class Check(NamedTuple):
    """Something that was looked at: whether it is well, and what it is."""

    name: str
    ok: bool
    says: str
