"""How a session begins, and how it goes on under another id."""

from typing import Any, cast

from sqlalchemy import (
    CursorResult,
    Table,
    bindparam,
    delete,
    insert,
    orm,
    select,
    update,
)

from bienvenue import clock
from bienvenue.columns import not_expired
from bienvenue.session.ending import end_all
from bienvenue.session.span import DEFAULT_SPAN, Span
from bienvenue.session.table import (
    ADDRESS_CHARACTERS,
    AGENT_CHARACTERS,
    Session,
)

# Built once: every login runs them, and to build one takes longer than to
# run it.  The first is the table's: a row that nobody looks at afterwards
# needs no object.
_BEGIN = insert(cast(Table, Session.__table__))
_OF_USER = (
    select(Session.id, not_expired(Session.expires_at))
    .where(Session.user_id == bindparam("user_id"))
    .order_by(Session.last_seen_at.desc(), Session.id.desc())
)


def start(
    unit: orm.Session,
    user_id: int,
    session_id: str,
    *,
    span: Span = DEFAULT_SPAN,
    address: str | None = None,
    agent: str | None = None,
    kept: bool = True,
) -> None:
    """Begin a session of a user under a raw session id.

    One that is not ``kept`` is forgotten by the browser when it is closed;
    since browsers may not, it ends sooner too.  Where the user has as many
    as there may be, the one left alone longest ends.  The caller holds the
    user's row.  Raises ``IntegrityError`` for an id that is in use; the unit
    is then of no use.
    """
    _make_room(unit, user_id, span.most - 1)
    now, lasts = clock.now(), span.of_kind(kept=kept)
    unit.execute(
        _BEGIN,
        {
            "user_id": user_id,
            "digest": session_id,
            "created_at": now,
            "last_seen_at": now,
            "expires_at": now + min(lasts, span.idle),
            "ends_at": now + lasts,
            "authenticated_at": now,
            "address": address[:ADDRESS_CHARACTERS] if address else None,
            "agent": agent[:AGENT_CHARACTERS] if agent else None,
            "kept": kept,
        },
    )


def assign(
    unit: orm.Session,
    user_id: int,
    session_id: str | None,
    span: Span = DEFAULT_SPAN,
) -> None:
    """Begin a user's session under a raw id; None ends all of them.

    An id that the user has already begins anew.  Raises ``IntegrityError``
    for another user's; the unit is then of no use.
    """
    if session_id is None:
        end_all(unit, user_id)
        return
    unit.execute(
        delete(Session).where(
            Session.user_id == user_id, Session.digest == session_id
        )
    )
    start(unit, user_id, session_id, span=span)


def rename(unit: orm.Session, old: str, new: str) -> bool:
    """Give a live session another raw id; its user has just proved who.

    When it began and when it ends stay as they were.  False where it has
    ended, or has another id already: one of two that rename it at once.
    """
    renamed = unit.execute(
        update(Session)
        .where(Session.digest == old, not_expired(Session.expires_at))
        .values(digest=new, authenticated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], renamed).rowcount == 1


def _make_room(unit: orm.Session, user_id: int, most: int) -> None:
    """End what is over, and all but the ``most`` used last."""
    rows = unit.execute(_OF_USER, {"user_id": user_id}).all()
    live = [row_id for row_id, counts in rows if counts]
    gone = [row_id for row_id, counts in rows if not counts] + live[most:]
    if gone:
        unit.execute(delete(Session).where(Session.id.in_(gone)))
