"""How sessions end: one by its id or its row, or all of a user's."""

from typing import Any, cast

from sqlalchemy import CursorResult, delete, orm

from bienvenue.columns import is_id, not_expired
from bienvenue.session.table import Session


def end(unit: orm.Session, session_id: str) -> bool:
    """End the live session of a raw id; tell whether there was one."""
    ended = unit.execute(
        delete(Session).where(
            Session.digest == session_id, not_expired(Session.expires_at)
        )
    )
    return cast(CursorResult[Any], ended).rowcount == 1


def end_row(unit: orm.Session, user_id: int, row_id: int) -> bool:
    """End a user's session by the id of its row; tell whether it was."""
    if not is_id(row_id):
        return False
    ended = unit.execute(
        delete(Session).where(
            Session.id == row_id,
            Session.user_id == user_id,
            not_expired(Session.expires_at),
        )
    )
    return cast(CursorResult[Any], ended).rowcount == 1


def end_all(
    unit: orm.Session, user_id: int, *, but: int | None = None
) -> None:
    """End every session of a user, but for the row of one if named."""
    gone = delete(Session).where(Session.user_id == user_id)
    unit.execute(gone if but is None else gone.where(Session.id != but))
