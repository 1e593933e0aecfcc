"""How the service fares, in figures that cost the same however large it is.

Rows are counted up to a point.  Beyond it a figure says that there are
more, which is what whoever looks at it wants to know.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, orm, select

from bienvenue import clock
from bienvenue.audit_tables import AuditEvent
from bienvenue.errors import InvalidChoice
from bienvenue.events import Event
from bienvenue.features.admin.shapes import Count, Day, Overview
from bienvenue.outbox import OutboxRow
from bienvenue.session import Session
from bienvenue.user import User

MOST: Final = 10_000
"""Rows that are counted of a table, and events of a day."""

_MOST_DAYS = 90
_ONE_DAY = timedelta(days=1)
_COUNTED = (
    Event.USER_CREATED,
    Event.LOGIN_SUCCEEDED,
    Event.LOGIN_FAILED,
    Event.RATE_LIMITED,
)


def overview(unit: orm.Session, days: int) -> Overview:
    """Return the figures of the last days and of now.

    Raises ``InvalidChoice`` for a number of days that is not 1 to 90.
    """
    if not 0 < days <= _MOST_DAYS:
        raise InvalidChoice(f"days is from 1 to {_MOST_DAYS}")
    users, verified, disabled = _users(unit)
    return Overview(
        days=list(_days(unit, days)),
        users=users,
        sessions=_count(unit, Session.id, Session.expires_at > clock.now()),
        verified=verified,
        disabled=disabled,
        waiting_mail=_count(unit, OutboxRow.id, OutboxRow.due_at < _never()),
        dead_mail=_count(
            unit, OutboxRow.id, OutboxRow.failed_at > clock.to_datetime(0)
        ),
    )


def _users(unit: orm.Session) -> tuple[Count, Count, Count]:
    newest = (
        select(User.id, User.verified_at, User.disabled_at)
        .where(User.id > 0)
        .order_by(User.id.desc())
        .limit(MOST + 1)
        .subquery()
    )
    columns = (newest.c.id, newest.c.verified_at, newest.c.disabled_at)
    counted = select(*(func.count(each) for each in columns))
    every, verified, disabled = (int(n) for n in unit.execute(counted).one())
    return (
        Count(every, most=MOST),
        _of(verified, every),
        _of(disabled, every),
    )


def _of(number: int, every: int) -> Count:
    """Return a part of what was counted, which was all or more."""
    count = Count(number, most=MOST)
    count.more = every > MOST
    return count


def _count(
    unit: orm.Session, column: Any, condition: ColumnElement[bool]
) -> Count:
    some = select(column).where(condition).limit(MOST + 1).subquery()
    number = unit.scalar(select(func.count()).select_from(some))
    return Count(number or 0, most=MOST)


def _never() -> datetime:
    """Return a time after all that a letter can wait for.

    A dead one is due in a century: so the waiting ones are found by their
    date, however many are dead.
    """
    return clock.now() + timedelta(days=365)


def _days(unit: orm.Session, days: int) -> Iterator[Day]:
    today = clock.now().astimezone(UTC).date()
    for back in reversed(range(days)):
        yield _day(unit, today - back * _ONE_DAY)


def _day(unit: orm.Session, day: date) -> Day:
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    some = (
        select(AuditEvent.event)
        .where(AuditEvent.at >= begins, AuditEvent.at < begins + _ONE_DAY)
        .limit(MOST + 1)
        .subquery()
    )
    found: dict[str, int] = {
        row[0]: row[1]
        for row in unit.execute(
            select(some.c.event, func.count()).group_by(some.c.event)
        )
    }
    every = sum(found.values())
    return Day(day, *(_of(found.get(each, 0), every) for each in _COUNTED))
