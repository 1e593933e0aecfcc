"""Accounts as admins look for them: by address, number, state."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, orm, select

from bienvenue import address, roles, session
from bienvenue.columns import is_user_id
from bienvenue.errors import InvalidChoice, UserNotFound
from bienvenue.features.admin import paging
from bienvenue.features.admin.paging import Narrowing, Order
from bienvenue.features.admin.shapes import Page, SessionRow, UserRow
from bienvenue.session import Session
from bienvenue.user import User, is_storable

_LARGEST_ID = 2**31 - 1
_DIGITS = 10

_IS_ADMIN = User.role == roles.ADMIN
_STATES: Mapping[str, Sequence[ColumnElement[bool]]] = {
    "all": (),
    "active": (
        and_(
            User.disabled_at.is_(None),
            User.compromised_at.is_(None),
            User.deletion_due_at.is_(None),
        ),
    ),
    "unverified": (User.verified_at.is_(None),),
    "disabled": (User.disabled_at.is_not(None),),
    "compromised": (User.compromised_at.is_not(None),),
    "deleting": (User.deletion_due_at.is_not(None),),
    "admin": (_IS_ADMIN,),
}

STATUSES = tuple(_STATES)
"""What accounts can be narrowed to."""


def _key(text: str) -> str:
    if not is_storable(text):
        raise ValueError("no text")
    return text


_ORDERS = {
    "newest": paging.by_number(User.id, _LARGEST_ID),
    "oldest": paging.by_number(User.id, _LARGEST_ID, descending=False),
    "email": Order(
        User.email_key, descending=False, first="", last="", parse=_key
    ),
}

SORTS = tuple(_ORDERS)
"""The orders of accounts."""

_QUERY = select(
    *(getattr(User, name) for name in UserRow._fields), User.email_key
)


def listed(
    unit: orm.Session,
    search: str,
    status: str,
    sort: str,
    after: str | None,
    limit: int,
) -> Page[UserRow]:
    """Return a page of accounts; see ``Admin.users``."""
    if status not in _STATES:
        raise InvalidChoice(f"status is one of {', '.join(STATUSES)}")
    if sort not in _ORDERS:
        raise InvalidChoice(f"sort is one of {', '.join(SORTS)}")
    text = search.strip()
    if text.isascii() and text.isdigit():
        return _of_number(unit, text, _STATES[status])
    order, narrowing = _ORDERS[sort], _narrowed(status)
    if text:
        order = _ORDERS["email"]
        narrowing = _beginning_with(text, _STATES[status])
    found = paging.turn(unit, _QUERY, order, narrowing, after, limit)
    return Page([_row(each) for each in found.rows], *found[1:])


def one(unit: orm.Session, user_id: int) -> UserRow:
    """Return an account by its number; raises ``UserNotFound``."""
    if not is_user_id(user_id):
        raise UserNotFound
    found = unit.execute(_QUERY.where(User.id == user_id)).first()
    if found is None:
        raise UserNotFound
    return _row(found)


def sessions(unit: orm.Session, user_id: int) -> list[SessionRow]:
    """Return the live sessions of an account, the newest first."""
    return [_session(each) for each in session.live(unit, user_id)]


def _narrowed(status: str) -> Narrowing:
    if status == "admin":  # the one state that has an index in any order
        return Narrowing(indexed=_STATES[status])
    return Narrowing(looked_at=_STATES[status])


def _of_number(
    unit: orm.Session, text: str, state: Sequence[ColumnElement[bool]]
) -> Page[UserRow]:
    number = int(text[: _DIGITS + 1])
    if not is_user_id(number):
        return Page([], None, None)
    found = unit.execute(_QUERY.where(User.id == number, *state))
    return Page([_row(each) for each in found], None, None)


def _beginning_with(
    text: str, state: Sequence[ColumnElement[bool]]
) -> Narrowing:
    part = address.key(text)
    if not is_storable(part):
        raise InvalidChoice("search is no text")
    column = User.email_key
    return Narrowing(
        indexed=[column >= part],
        looked_at=[column.startswith(part, autoescape=True), *state],
        ends=lambda key: not key.startswith(part),
    )


def _row(found: Any) -> UserRow:
    return UserRow._make(found[:-1])


def _session(row: Session) -> SessionRow:
    return SessionRow(*(getattr(row, name) for name in SessionRow._fields))
