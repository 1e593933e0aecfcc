"""All that is kept about a person, as they may take it away.

GDPR, articles 15 and 20: what the service knows, in a form that programs
read; no secret is in it, since a copy that is lost must open nothing.
"""

from datetime import datetime
from typing import Any

from bienvenue import audit, session
from bienvenue.db import DB
from bienvenue.errors import SessionRequired, UserNotFound
from bienvenue.events import Event
from bienvenue.session import Session
from bienvenue.session_check import SignedIn
from bienvenue.user import User

_MOST_EVENTS = 1000


def everything_of(db: DB, user: SignedIn) -> dict[str, Any]:
    """Return what is kept about the user, and record that it was taken.

    Raises ``SessionRequired`` when the account is gone.
    """
    try:
        owner = db.find_user_by(id=user.id)
    except UserNotFound:
        raise SessionRequired from None
    db.write(
        lambda unit: audit.record(unit, Event.DATA_EXPORTED, user_id=user.id)
    )
    sessions = db.read(lambda unit: session.live(unit, user.id))
    return {
        **_account(owner),
        "sessions": [_session(each) for each in sessions],
        "events": db.read(
            lambda unit: audit.about(unit, user.id, _MOST_EVENTS)
        ),
    }


def _account(owner: User) -> dict[str, Any]:
    return {
        "email": owner.email,
        "created_at": owner.created_at.isoformat(),
        "verified_at": _written(owner.verified_at),
        "deletion_due_at": _written(owner.deletion_due_at),
        "language": owner.language,
    }


def _session(one: Session) -> dict[str, str | None]:
    return {
        "created_at": one.created_at.isoformat(),
        "authenticated_at": one.authenticated_at.isoformat(),
        "last_seen_at": one.last_seen_at.isoformat(),
        "expires_at": one.expires_at.isoformat(),
        "address": one.address,
        "agent": one.agent,
    }


def _written(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
