"""Which account has these attributes, whatever somebody asks for.

What no account can have is told from what a database does not know: the one
is an answer, the other a fault.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from sqlalchemy import inspect, orm, select
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    InterfaceError,
    InvalidRequestError,
    ProgrammingError,
    StatementError,
)

from bienvenue import faults
from bienvenue.columns import is_user_id
from bienvenue.errors import InvalidQuery, UserNotFound
from bienvenue.user import User

Read = Callable[[Callable[[orm.Session], User | None]], User | None]
"""Runs a unit of work that writes nothing."""

# PyMySQL would write them out as a list of values.
_MANY = (list, tuple, set, frozenset, dict)
# What a driver says to a value; its other errors are the database's own.
_VALUE_ERRORS = frozenset({DataError, InterfaceError})


def first(read: Read, criteria: Mapping[str, Any]) -> User:
    """Return the first user that matches all attributes.

    Raises ``UserNotFound``, or ``InvalidQuery`` for no attribute, an
    unknown one, or a value that does not fit it.
    """
    if not criteria or not _attributes().issuperset(criteria):
        raise InvalidQuery
    _refuse_odd(criteria)
    query = select(User).filter_by(**criteria).order_by(User.id).limit(1)
    try:
        user = read(lambda unit: unit.scalars(query).first())
    except (OverflowError, UnicodeError):
        raise UserNotFound from None  # such a value is nowhere stored
    except (StatementError, InvalidRequestError) as error:
        if _is_of_database(error):
            raise
        raise InvalidQuery("a value does not fit its attribute") from None
    if user is None:
        raise UserNotFound
    return user


@cache
def _attributes() -> frozenset[str]:
    # When somebody asks: other modules give a user more of them.
    return frozenset(inspect(User).all_orm_descriptors.keys())


def _refuse_odd(criteria: Mapping[str, Any]) -> None:
    """Raise for what nobody has, or what only some drivers would refuse."""
    if any(isinstance(each, _MANY) for each in criteria.values()):
        raise InvalidQuery("a value does not fit its attribute")
    if any(value is None for value in criteria.values()):
        raise UserNotFound
    number = criteria.get("id", 1)
    if isinstance(number, int) and not is_user_id(number):
        raise UserNotFound


def _is_of_database(error: Exception) -> bool:
    """Tell a database's failure from a value that it cannot take.

    A driver that refuses a value by itself names no code of a server's.
    """
    if not isinstance(error, DBAPIError) or error.connection_invalidated:
        return isinstance(error, DBAPIError)
    if type(error) is ProgrammingError:
        return faults.code(error) is not None
    return type(error) not in _VALUE_ERRORS
