"""A person who can sign in: the ``users`` table."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import ColumnElement, String
from sqlalchemy.orm import (
    ColumnProperty,
    Mapped,
    column_property,
    mapped_column,
    validates,
)
from sqlalchemy.sql import operators

from bienvenue import address, clock
from bienvenue.columns import Base, Instant, exact
from bienvenue.errors import UnknownAttribute

UNUSABLE: Final = "!"
"""Kept as the hash of an account without a password: none matches it."""

_REQUIRED = {"email": 320, "hashed_password": 512}  # characters at most
_OPTIONAL = frozenset({"session_id", "reset_token"})
# No engine stores half a surrogate pair, and PostgreSQL no NUL.
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class _AddressComparator(ColumnProperty.Comparator[str]):
    """Compare addresses by their key, whatever their letter case."""

    def operate(
        self, op: operators.OperatorType, *other: Any, **kwargs: Any
    ) -> ColumnElement[Any]:
        if op is operators.eq and isinstance(other[0], str):
            return User.email_key == address.key(other[0])
        return super().operate(op, *other, **kwargs)


class User(Base):
    """An account: an address, a password hash, and what belongs to it.

    ``email`` is the address as its owner wrote it and compares by its key,
    whose unique index is the database's own word on who was first.
    ``session_id`` and ``reset_token`` read as the digest (hex) of the
    newest one in force or None, and compare with raw values in queries.

    ``verified_at`` is when the owner last proved to read mail at ``email``,
    ``disabled_at`` when an operator shut the account, ``compromised_at``
    when its password was found to be known to others, ``deletion_due_at``
    when it will be deleted, ``language`` the one its owner is written in.
    ``role`` is "admin" for who may administer the service, else None.
    """

    __tablename__ = "users"
    # An id is never used again, so that nothing that still names a deleted
    # account can come to mean the next one.
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = column_property(
        mapped_column(String(_REQUIRED["email"]), nullable=False),
        comparator_factory=_AddressComparator,
    )
    email_key: Mapped[str] = mapped_column(
        exact(_REQUIRED["email"]), unique=True
    )
    hashed_password: Mapped[str] = mapped_column(
        String(_REQUIRED["hashed_password"])
    )
    created_at: Mapped[datetime] = mapped_column(Instant, default=clock.now)
    verified_at: Mapped[datetime | None] = mapped_column(Instant)
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)
    compromised_at: Mapped[datetime | None] = mapped_column(Instant)
    deletion_due_at: Mapped[datetime | None] = mapped_column(
        Instant, index=True
    )
    language: Mapped[str | None] = mapped_column(String(35))  # BCP 47
    role: Mapped[str | None] = mapped_column(String(16), index=True)

    if TYPE_CHECKING:  # mapped by bienvenue.session, .one_time_token
        session_id: Mapped[str | None]
        reset_token: Mapped[str | None]

    @validates("email")
    def _keep_key(self, _name: str, email: str) -> str:
        self.email_key = address.key(email)
        return email

    def __repr__(self) -> str:
        """Show the id alone: an address is personal data in a log."""
        return f"<User {self.id}>"


def accepted(values: Mapping[str, object]) -> dict[str, str | None]:
    """Return values for attributes of a user as text, or None.

    ASCII bytes are taken as text, since a hash often is bytes; None voids
    what a user can be without.  Raises ``UnknownAttribute``, which never
    repeats a value.
    """
    texts: dict[str, str | None] = {}
    for name, value in values.items():
        if name not in _REQUIRED and name not in _OPTIONAL:
            raise UnknownAttribute(f"User has no attribute {name} to set")
        optional = value is None and name in _OPTIONAL
        texts[name] = None if optional else _text(name, value)
    return texts


def is_storable(text: str) -> bool:
    """Tell whether every engine can take a text."""
    return _UNSTORABLE.search(text) is None


def _text(name: str, value: object) -> str:
    if isinstance(value, bytes) and value.isascii():
        value = value.decode()
    if not isinstance(value, str) or not value or not is_storable(value):
        raise UnknownAttribute(f"{name} must be text, and not empty")
    if len(value) > _REQUIRED.get(name, len(value)):
        raise UnknownAttribute(f"{name} is too long")
    return value
