"""The audit log as admins read it: the newest first, with addresses."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, orm, select

from bienvenue import audit_line
from bienvenue.audit_tables import AuditEvent
from bienvenue.columns import is_user_id
from bienvenue.errors import InvalidChoice
from bienvenue.events import Event
from bienvenue.features.admin import paging
from bienvenue.features.admin.paging import Narrowing
from bienvenue.features.admin.shapes import EventRow, Page
from bienvenue.user import User

_LARGEST_ID = 2**63 - 1
# Nodes take numbers and times in orders of their own, seconds apart.
_SKEW = timedelta(minutes=5)

_SHOWN = (
    "id",
    "at",
    "event",
    "outcome",
    "user_id",
    "actor_id",
    "address",
    "agent",
    "request_id",
    "detail",
    "strand",
    "sequence",
)
_QUERY = select(*(getattr(AuditEvent, name) for name in _SHOWN))


@dataclass(frozen=True, slots=True)
class EventFilters:
    """Which events: all that fit whatever is set.

    ``user_id`` is whose account it concerns, ``actor_id`` which admin did
    it; ``since`` and ``until`` are aware datetimes.
    """

    user_id: int | None = None
    actor_id: int | None = None
    event: str | None = None
    outcome: str | None = None
    request_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None


_NEWEST = paging.by_number(AuditEvent.id, _LARGEST_ID)


def listed(
    unit: orm.Session, filters: EventFilters, after: str | None, limit: int
) -> Page[EventRow]:
    """Return a page of events; see ``Admin.events``."""
    if filters.event is not None and filters.event not in set(Event):
        raise InvalidChoice("event is no name of an event")
    for number in (filters.user_id, filters.actor_id):
        if number is not None and not is_user_id(number):
            return Page([], None, None)
    narrowing = Narrowing(
        indexed=list(_by_index(unit, filters)),
        looked_at=list(_by_looking(filters)),
    )
    found = paging.turn(unit, _QUERY, _NEWEST, narrowing, after, limit)
    return Page(_with_addresses(unit, found.rows), *found[1:])


def newest_of(
    unit: orm.Session, user_id: int, limit: int = 20
) -> list[EventRow]:
    """Return the newest events that concern an account."""
    filters = EventFilters(user_id=user_id)
    return listed(unit, filters, None, limit).items


def _by_index(
    unit: orm.Session, filters: EventFilters
) -> Iterator[ColumnElement[bool]]:
    if filters.user_id is not None:
        yield AuditEvent.user_id == filters.user_id
    # Times are found by their own index, and turned into numbers, in whose
    # order the list is.
    if filters.until is not None:
        highest = _edge(unit, AuditEvent.at <= filters.until + _SKEW, -1)
        yield AuditEvent.id <= (highest or 0)
    if filters.since is not None:
        lowest = _edge(unit, AuditEvent.at >= filters.since - _SKEW, 1)
        yield AuditEvent.id >= (_LARGEST_ID if lowest is None else lowest)


def _edge(
    unit: orm.Session, condition: ColumnElement[bool], way: int
) -> int | None:
    order = AuditEvent.at.asc() if way > 0 else AuditEvent.at.desc()
    return unit.scalar(
        select(AuditEvent.id).where(condition).order_by(order).limit(1)
    )


def _by_looking(filters: EventFilters) -> Iterator[ColumnElement[bool]]:
    for column, wanted in (
        (AuditEvent.actor_id, filters.actor_id),
        (AuditEvent.event, filters.event),
        (AuditEvent.outcome, filters.outcome),
        (AuditEvent.request_id, filters.request_id),
    ):
        if wanted is not None:
            yield column == wanted
    if filters.since is not None:
        yield AuditEvent.at >= filters.since
    if filters.until is not None:
        yield AuditEvent.at <= filters.until


def _with_addresses(unit: orm.Session, rows: list[Any]) -> list[EventRow]:
    ids = {row.user_id for row in rows} | {row.actor_id for row in rows}
    emails = _addresses(unit, filter(is_user_id, ids))
    return [_row(row, emails) for row in rows]


def _addresses(unit: orm.Session, ids: Iterable[int]) -> Mapping[int, str]:
    wanted = sorted(ids)
    if not wanted:
        return {}
    query = select(User.id, User.email).where(User.id.in_(wanted))
    return {found.id: found.email for found in unit.execute(query)}


def _row(row: Any, emails: Mapping[int, str]) -> EventRow:
    detail = audit_line.unpacked(row.detail)
    return EventRow(
        id=row.id,
        time=row.at,
        event=row.event,
        outcome=row.outcome,
        user_id=row.user_id,
        user_email=emails.get(row.user_id),
        actor_id=row.actor_id,
        actor_email=emails.get(row.actor_id),
        address=row.address,
        agent=row.agent,
        request_id=row.request_id,
        # The rows are not ours to trust: that is why there is a chain.
        detail=detail if isinstance(detail, dict) else {"text": str(detail)},
        strand=row.strand,
        sequence=row.sequence,
    )
