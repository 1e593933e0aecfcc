"""Whether an admin may still act as a user, in a session made for that.

Such a session hangs on the admin's own: it ends with that, with the admin's
role, and with whatever voids what an admin has asked for.  What ties the two
is a row of ``one_time_tokens`` whose token nobody has.  It is looked up at
each check of a session of this kind, and of no other.
"""

from datetime import datetime

from sqlalchemy import orm, select

from bienvenue import clock, roles, secret, session
from bienvenue.columns import not_expired
from bienvenue.db import DB
from bienvenue.one_time_token import OneTimeToken, Purpose
from bienvenue.session_check import SignedIn
from bienvenue.user import User


def counts(db: DB, user: SignedIn) -> bool:
    """Tell whether a session counts in which somebody may act as its user.

    One in which nobody does always counts here.
    """
    actor_id = user.actor_id
    if actor_id is None:
        return True
    return db.read(lambda unit: _is_tied(unit, actor_id, user))


def tie(
    unit: orm.Session, actor_id: int, own: int, row_id: int, until: datetime
) -> None:
    """Have a session count while the admin's ``own`` one does."""
    unit.add(
        OneTimeToken(
            user_id=actor_id,
            purpose=Purpose.ACTING,
            subject=f"{row_id}:{own}",
            digest=secret.new_token(),
            created_at=clock.now(),
            expires_at=until,
        )
    )
    unit.flush()


def _own_session(unit: orm.Session, actor_id: int, row_id: int) -> int | None:
    """Return the row of the admin's own session, or None."""
    subjects = unit.scalars(
        select(OneTimeToken.subject).where(
            OneTimeToken.user_id == actor_id,
            OneTimeToken.purpose == Purpose.ACTING,
            not_expired(OneTimeToken.expires_at),
        )
    )
    tied = dict(each.split(":") for each in subjects)
    own = tied.get(str(row_id))
    return None if own is None else int(own)


def _is_tied(unit: orm.Session, actor_id: int, user: SignedIn) -> bool:
    own = _own_session(unit, actor_id, user.session)
    if own is None or not session.is_live(unit, own, actor_id):
        return False
    actor, subject = unit.get(User, actor_id), unit.get(User, user.id)
    if actor is None or subject is None or subject.role is not None:
        return False
    return roles.is_active(actor)
