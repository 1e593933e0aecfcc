"""Whose address is it?  Asked by anybody, about any text.

Who asks may be a stranger who guesses, so an address that has an account and
one that has none take the same time wherever the answer could be timed
(OWASP ASVS 6.3.8), and no text makes it raise.
"""

from typing import Any, cast

from sqlalchemy import Row, Table, bindparam, orm, select

from bienvenue import address
from bienvenue.db import DB
from bienvenue.errors import InvalidQuery, UserNotFound
from bienvenue.user import User, is_storable

_USERS = cast(Table, User.__table__)
# Built once: to build one takes longer than to run it.
_ROWS = select(_USERS).where(
    _USERS.c.email_key.in_(bindparam("keys", expanding=True))
)


def find(db: DB, email: object) -> User | None:
    """Return the user of an address, or None; never raises on any text."""
    for email_key in address.keys(as_text(email)):
        try:
            return db.find_user_by(email_key=email_key)
        except (UserNotFound, InvalidQuery):
            continue
    return None


def row(db: DB, email: object) -> Row[Any] | None:
    """Return the row of an address, or None, in the same time.

    One query whatever is found, and no entity: one that is made for a known
    address alone can be told from none by a patient clock.  Never raises on
    any text.
    """
    keys = [key for key in address.keys(as_text(email)) if is_storable(key)]
    rows = db.read(lambda unit: unit.execute(_ROWS, {"keys": keys}).all())
    found = {each.email_key: each for each in rows}
    return next((found[key] for key in keys if key in found), None)


def owner_id(unit: orm.Session, email: str) -> int | None:
    """Return whose address a text is, in one query whoever that is."""
    storable = filter(is_storable, address.keys(email))
    return unit.scalar(
        select(User.id).where(User.email_key.in_(list(storable)))
    )


def as_text(email: object) -> str:
    """Return what was brought as an address as text; nothing if it is none.

    Total: no account has the empty address.
    """
    if isinstance(email, bytes):
        return email.decode("utf-8", "replace")
    return email if isinstance(email, str) else ""
