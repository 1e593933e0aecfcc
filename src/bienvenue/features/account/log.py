"""The security log: what concerns an account, as its owner may read it.

A page is one look along an index, at so many rows and no more, however
long the log is and whatever strangers have filled it with.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import orm, select

from bienvenue import audit_line, browser_name
from bienvenue.audit_tables import AuditEvent
from bienvenue.browser_name import Browser
from bienvenue.columns import is_id
from bienvenue.events import Event
from bienvenue.features.account import sentences

MOST: Final = 20
_LOOKED_AT: Final = 200

# Who has no password can cause these, or no person did.
_ANYBODYS: Final = frozenset(
    {
        Event.RESET_REQUESTED,
        Event.USER_CREATED,
        Event.USER_DISABLED,
        Event.USER_ENABLED,
        Event.PASSWORD_COMPROMISED,
    }
)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that happened, or failed ``times`` times in a row.

    ``id`` is the latest one's; ``sentence`` is English, to be translated
    and given the ``address``.  ``by_staff`` says that an administrator did
    it, ``may_be_another`` that its owner should know whether it was them.
    """

    id: int
    at: datetime
    event: str
    outcome: str
    sentence: str
    address: str | None
    agent: str | None
    by_staff: bool
    times: int = 1

    @property
    def browser(self) -> Browser:
        """What the client said it was, in plain words."""
        return browser_name.named(self.agent)

    @property
    def may_be_another(self) -> bool:
        """Tell whether somebody with the account's password could do it."""
        done = self.outcome == "success" and not self.by_staff
        return done and self.event not in _ANYBODYS


class Page(NamedTuple):
    """Some of the log, the latest first, and where older ones begin.

    ``older`` is None at the end.
    """

    entries: list[Entry]
    older: int | None


def page(unit: orm.Session, user_id: int, before: int | None = None) -> Page:
    """Return what concerns a user's account, before an entry if one is named.

    There may be fewer than ``MOST`` although there are older ones.
    """
    query = select(AuditEvent).where(AuditEvent.user_id == user_id)
    if before is not None:
        query = query.where(AuditEvent.id < before)
    query = query.order_by(AuditEvent.id.desc()).limit(_LOOKED_AT)
    rows = list(unit.scalars(query))
    entries, last = _gathered(rows)
    is_end = len(rows) < _LOOKED_AT and (not rows or last == rows[-1].id)
    return Page(entries, None if is_end else last)


def one(unit: orm.Session, user_id: int, number: int) -> Entry | None:
    """Return an entry of a user's own log; None if it is not one of theirs."""
    if not is_id(number):
        return None
    query = select(AuditEvent).where(
        AuditEvent.id == number, AuditEvent.user_id == user_id
    )
    row = unit.scalars(query).first()
    return None if row is None else _entry(row)


def _gathered(rows: Iterable[AuditEvent]) -> tuple[list[Entry], int]:
    """Return what is said of rows, and the id of the last that was taken.

    What failed several times in a row from one place is said once.
    """
    entries: list[Entry] = []
    last = 0
    for row in rows:
        if row.event not in sentences.UNSAID:
            found = _entry(row)
            if entries and _is_again(entries[-1], found):
                times = entries[-1].times + found.times
                entries[-1] = replace(entries[-1], times=times)
            elif len(entries) < MOST:
                entries.append(found)
            else:
                break
        last = row.id
    return entries, last


def _is_again(later: Entry, earlier: Entry) -> bool:
    alike = (later.sentence, later.address, later.agent) == (
        earlier.sentence,
        earlier.address,
        earlier.agent,
    )
    return alike and later.outcome == earlier.outcome != "success"


def _entry(row: AuditEvent) -> Entry:
    unpacked = audit_line.unpacked(row.detail)
    detail: Mapping[str, Any] = unpacked if isinstance(unpacked, dict) else {}
    count = detail.get("count")
    another = row.actor_id is not None and row.actor_id != row.user_id
    return Entry(
        id=row.id,
        at=row.at,
        event=row.event,
        outcome=row.outcome,
        sentence=sentences.of(row.event, row.outcome, row.address, detail),
        address=row.address,
        agent=row.agent,
        by_staff=another or "operator" in detail,
        times=count if isinstance(count, int) and count > 1 else 1,
    )
