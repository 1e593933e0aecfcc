"""Looking a token up, and spending it: whose it is, and only once."""

from typing import Any, cast

from sqlalchemy import CursorResult, delete, orm, select

from bienvenue.columns import not_expired
from bienvenue.one_time_token.table import OneTimeToken, Purpose
from bienvenue.user import User


def owner(unit: orm.Session, purpose: Purpose, token: str) -> User | None:
    """Return the user whose unspent token this is, or None; spend nothing."""
    return unit.scalars(
        select(User)
        .join(OneTimeToken, OneTimeToken.user_id == User.id)
        .where(*_in_force(purpose, token))
    ).first()


def find(
    unit: orm.Session, purpose: Purpose, token: str
) -> OneTimeToken | None:
    """Return the row of an unspent token, or None; spend nothing."""
    query = select(OneTimeToken).where(*_in_force(purpose, token))
    return unit.scalars(query).first()


def claim(unit: orm.Session, purpose: Purpose, token: str) -> bool:
    """Spend a token; tell whether it was this call that spent it."""
    spent = unit.execute(
        delete(OneTimeToken).where(*_in_force(purpose, token))
    )
    return cast(CursorResult[Any], spent).rowcount == 1


def _in_force(purpose: Purpose, token: str) -> tuple[Any, ...]:
    return (
        OneTimeToken.digest == token,
        OneTimeToken.purpose == purpose,
        not_expired(OneTimeToken.expires_at),
    )
