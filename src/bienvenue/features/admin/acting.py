"""Acting as a user: to see what they see, and no more.

Switched off unless the operator says otherwise.  It takes a reason, is told
to the user by mail, lasts half an hour at most and ends with the session and
the role of the admin.  Admins are not acted as.  In it nothing is done that
wants a password, and no address, password or account is changed: the use
cases refuse it (``user_rows.refuse_acting``), not the pages alone.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import orm, select

from bienvenue import audit, client, clock, outbox, secret, standing_in
from bienvenue.auth import Auth
from bienvenue.db import lock_user
from bienvenue.errors import (
    AccountDisabled,
    InvalidChoice,
    NotPermitted,
    SessionRequired,
)
from bienvenue.events import Event
from bienvenue.features.admin.shapes import Actor
from bienvenue.outbox import Letter
from bienvenue.session import Session
from bienvenue.session_check import SignedIn
from bienvenue.user import User

_NEVER = clock.to_datetime(0)


class Begun(NamedTuple):
    """A session in which an admin acts as a user: its raw id, and whose.

    ``seconds`` are left to it.
    """

    session_id: str
    seconds: int
    email: str


def begin(auth: Auth, actor: Actor, user_id: int, reason: str) -> Begun:
    """Begin a session of a user in which an admin acts.

    Raises ``NotPermitted`` where it is switched off and for an admin's
    account, ``AccountDisabled``, ``UserNotFound``, ``SessionRequired``, and
    ``InvalidChoice`` without a reason.
    """
    settings = auth.settings
    if not settings.acting_as_user:
        raise NotPermitted("acting as a user is switched off (acting_as_user)")
    why = reason.strip()
    if not why:
        raise InvalidChoice("say why")
    raw = secret.new_token()

    def start(unit: orm.Session) -> Begun:
        user = _subject(unit, user_id)
        until = min(
            clock.now() + timedelta(seconds=settings.acting_seconds),
            _end_of_own(unit, actor),
        )
        row = _session(user, actor, raw, until)
        unit.add(row)
        unit.flush()
        standing_in.tie(unit, actor.id, actor.session, row.id, until)
        outbox.tell(unit, settings, Letter.ACTED_AS, user, detail=why)
        audit.record(
            unit,
            Event.ACTING_BEGAN,
            user_id=user.id,
            reason=why,
            session=row.id,
        )
        left = int((until - clock.now()).total_seconds())
        return Begun(raw, left, user.email)

    with client.acting(replace(client.current(), actor_id=actor.id)):
        return auth.db.write(start)


def end(auth: Auth, user: SignedIn, raw: str | None) -> None:
    """End the session in which an admin acts; raises ``NotPermitted``.

    For any other session: that is what signing out is for.
    """
    if user.actor_id is None:
        raise NotPermitted("you act as nobody")
    with client.acting(replace(client.current(), actor_id=user.actor_id)):
        auth.end_session(raw)


def _subject(unit: orm.Session, user_id: int) -> User:
    user = lock_user(unit, user_id)
    if user.role is not None:
        raise NotPermitted("nobody acts as an admin")
    if user.disabled_at is not None:
        raise AccountDisabled
    return user


def _end_of_own(unit: orm.Session, actor: Actor) -> datetime:
    ends_at = unit.scalar(
        select(Session.ends_at).where(
            Session.id == actor.session, Session.user_id == actor.id
        )
    )
    if ends_at is None:
        raise SessionRequired
    return ends_at


def _session(user: User, actor: Actor, raw: str, until: datetime) -> Session:
    now, who = clock.now(), client.current()
    return Session(
        user_id=user.id,
        digest=raw,
        created_at=now,
        last_seen_at=now,
        expires_at=until,
        ends_at=until,
        # No password was given in it, and none ever counts as fresh.
        authenticated_at=_NEVER,
        address=who.address,
        agent=who.agent,
        kept=False,
        actor_id=actor.id,
    )
