"""Letters as admins see them: those that wait, and those that died."""

from typing import Any

from sqlalchemy import orm, select

from bienvenue.errors import InvalidChoice
from bienvenue.features.admin import paging
from bienvenue.features.admin.paging import Narrowing
from bienvenue.features.admin.shapes import LetterRow, Page
from bienvenue.outbox import OutboxRow

_LARGEST_ID = 2**63 - 1
_STATES = {
    "all": Narrowing(),
    "waiting": Narrowing(looked_at=[OutboxRow.failed_at.is_(None)]),
    "dead": Narrowing(looked_at=[OutboxRow.failed_at.is_not(None)]),
}

STATES = tuple(_STATES)
"""What letters can be narrowed to."""


_NEWEST = paging.by_number(OutboxRow.id, _LARGEST_ID)
_SHOWN = (
    "id",
    "letter",
    "recipient",
    "user_id",
    "created_at",
    "due_at",
    "failed_at",
    "attempts",
    "reason",
)
_QUERY = select(*(getattr(OutboxRow, name) for name in _SHOWN))


def listed(
    unit: orm.Session, state: str, after: str | None, limit: int
) -> Page[LetterRow]:
    """Return a page of letters; see ``Admin.letters``."""
    if state not in _STATES:
        raise InvalidChoice(f"state is one of {', '.join(STATES)}")
    found = paging.turn(unit, _QUERY, _NEWEST, _STATES[state], after, limit)
    return Page([_row(each) for each in found.rows], *found[1:])


def _row(row: Any) -> LetterRow:
    dead = row.failed_at is not None
    return LetterRow(
        id=row.id,
        letter=row.letter,
        recipient=row.recipient,
        user_id=row.user_id,
        state="dead" if dead else "waiting",
        created_at=row.created_at,
        # A dead letter is never due.
        due_at=None if dead else row.due_at,
        failed_at=row.failed_at,
        attempts=row.attempts,
        reason=row.reason,
    )
