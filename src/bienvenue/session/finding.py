"""Which sessions there are, and whose; only those that count."""

from sqlalchemy import orm, select

from bienvenue.columns import not_expired
from bienvenue.session.table import Session


def whose(unit: orm.Session, session_id: str) -> tuple[int, int] | None:
    """Return user and row of the live session of a raw id, or None."""
    found = unit.execute(
        select(Session.user_id, Session.id).where(
            Session.digest == session_id, not_expired(Session.expires_at)
        )
    ).first()
    return None if found is None else (found.user_id, found.id)


def live(unit: orm.Session, user_id: int) -> list[Session]:
    """Return the user's sessions that count, the newest first."""
    return list(
        unit.scalars(
            select(Session)
            .where(Session.user_id == user_id, not_expired(Session.expires_at))
            .order_by(Session.id.desc())
        )
    )


def is_live(unit: orm.Session, row_id: int, user_id: int) -> bool:
    """Tell whether a row is a session of a user that counts."""
    query = select(Session.id).where(
        Session.id == row_id,
        Session.user_id == user_id,
        not_expired(Session.expires_at),
    )
    return unit.scalar(query) is not None


def is_kept(unit: orm.Session, row_id: int) -> bool:
    """Tell whether a session outlasts the closing of its browser.

    One that is over does not.
    """
    return bool(unit.scalar(select(Session.kept).where(Session.id == row_id)))
