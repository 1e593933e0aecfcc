"""What a link that was mailed about a change of address leads to."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import orm, select

from bienvenue import one_time_token
from bienvenue.db import lock_user
from bienvenue.errors import InvalidToken, UserNotFound
from bienvenue.one_time_token import Purpose
from bienvenue.user import User


class Change(NamedTuple):
    """A change of address that a link is about.

    ``current`` is the address of the account, ``goal`` what it will be once
    the link is spent, ``since`` when that could first be.
    """

    user_id: int
    current: str
    goal: str
    since: datetime


def found(unit: orm.Session, purpose: Purpose, token: str) -> Change | None:
    """Return the change that an unspent token is about, or None."""
    row = one_time_token.find(unit, purpose, token)
    if row is None:
        return None
    query = select(User.email).where(User.id == row.user_id)
    current = unit.scalars(query).one()
    return Change(row.user_id, current, row.subject, row.created_at)


def spend(
    unit: orm.Session, purpose: Purpose, token: str, change: Change
) -> User:
    """Hold the account's row and spend its token; return the account.

    Nothing is read before that, so that what is read afterwards is what
    others have committed.  Raises ``InvalidToken``.
    """
    try:
        user = lock_user(unit, change.user_id)
    except UserNotFound:
        raise InvalidToken from None
    if not one_time_token.claim(unit, purpose, token):
        raise InvalidToken
    return user
