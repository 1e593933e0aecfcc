"""The one door to the database: an engine, and units of work.

Nothing above this module opens a transaction of its own.  A unit of work is
a function that is given a SQLAlchemy session; it commits as a whole or not
at all, and is run again when the database asks for that.
"""

from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import inspect, orm, select
from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    InvalidRequestError,
    ProgrammingError,
    StatementError,
)

from bienvenue import engine as engines
from bienvenue import one_time_token, schema, session
from bienvenue.columns import Base, is_id
from bienvenue.config import DEFAULT_DATABASE_URL
from bienvenue.errors import (
    EmailTaken,
    InvalidQuery,
    UnknownAttribute,
    UserNotFound,
)
from bienvenue.session_check import SessionCheck
from bienvenue.user import User, accepted

T = TypeVar("T")
Work = Callable[[orm.Session], T]

_ATTEMPTS = 5
# PostgreSQL: serialisation failure, deadlock. MySQL: lock wait, deadlock
# (which is also what a Galera certification failure looks like).
_TRANSIENT = frozenset({"40001", "40P01", 1205, 1213})
_ATTRIBUTES = frozenset(inspect(User).all_orm_descriptors.keys())
_RESET = one_time_token.Purpose.RESET_PASSWORD
# What a driver says to a value; its other errors are the database's own.
_VALUE_ERRORS = frozenset({DataError, InterfaceError, ProgrammingError})


class DB:
    """Accounts in a database; makes and upgrades its tables when opened.

    What a call returns stays readable after the transaction and after
    later calls.  Safe to share between threads.  Raises
    ``ConfigurationError`` or ``DatabaseUnavailable`` when it cannot open.
    """

    def __init__(self, url: str = DEFAULT_DATABASE_URL) -> None:
        """Open the database at a SQLAlchemy URL."""
        self.url = engines.parse_url(url)
        self._folder = None
        if engines.in_memory(self.url):
            self.url, self._folder = engines.private_file(self.url)
        self.engine = engines.make_engine(self.url)
        try:
            schema.ensure(self.engine)
        except BaseException:
            self.engine.dispose()
            raise
        self._readers = self.engine.execution_options(
            **{engines.READ_ONLY: True}
        )
        # SQLite lets writers wait in no order; a lock in front of it does.
        self._writing = Lock() if self.engine.name == "sqlite" else None
        self.check_session = SessionCheck(self.url)

    def create_all(self) -> None:
        """Create the tables that are missing; drop and change nothing."""
        schema.ensure(self.engine)
        Base.metadata.create_all(self.engine)

    def close(self) -> None:
        """Close every connection; a database in memory is gone with it."""
        self.check_session.close()
        self.engine.dispose()
        if self._folder is not None:
            self._folder.cleanup()

    def __enter__(self) -> Self:
        """Use the database for a ``with`` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def read(self, work: Work[T]) -> T:
        """Run a unit that writes nothing and return its result."""
        with orm.Session(self._readers, expire_on_commit=False) as unit:
            return work(unit)

    def write(self, work: Work[T]) -> T:
        """Run a unit, commit it whole, and return its result.

        What is acknowledged is durable.  A deadlock or a serialisation
        failure runs the unit again, a few times, so it must have no effect
        outside the database.
        """
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._write_once(work)
            except DBAPIError as error:
                if not _is_transient(error):
                    raise
        return self._write_once(work)

    def add_user(self, email: str, hashed_password: str | bytes) -> User:
        """Store a new user and return it with its ``id``.

        Raises ``EmailTaken`` when the address, in any letter case, has an
        account: the unique index says so, not a look before the write.
        Raises ``UnknownAttribute`` for what is not text.
        """
        values = accepted(
            {"email": email, "hashed_password": hashed_password}
        )

        def add(unit: orm.Session) -> User:
            user = User(**values)
            unit.add(user)
            unit.flush()
            unit.refresh(user)
            return user

        try:
            return self.write(add)
        except IntegrityError:
            raise EmailTaken(str(values["email"])) from None

    def find_user_by(self, **criteria: Any) -> User:
        """Return the first user that matches all attributes.

        ``session_id`` and ``reset_token`` are raw values; addresses match
        in any letter case; None matches nobody.  Raises ``UserNotFound``
        (a ``NoResultFound``), or ``InvalidQuery`` (an
        ``InvalidRequestError``) for an unknown attribute or none.
        """
        if not criteria or not _ATTRIBUTES.issuperset(criteria):
            raise InvalidQuery
        if any(value is None for value in criteria.values()):
            raise UserNotFound
        query = select(User).filter_by(**criteria).order_by(User.id).limit(1)
        try:
            user = self.read(lambda unit: unit.scalars(query).first())
        except (OverflowError, UnicodeError):
            raise UserNotFound from None  # such a value is nowhere stored
        except (StatementError, InvalidRequestError) as error:
            if _is_of_database(error):
                raise
            raise InvalidQuery("a value does not fit its attribute") from None
        if user is None:
            raise UserNotFound
        return user

    def update_user(self, user_id: int, **changes: Any) -> None:
        """Change attributes of a user and commit.

        A raw ``session_id`` begins a session beside the others and a raw
        ``reset_token`` supersedes the last; None ends all sessions, or
        voids the token.  Raises ``UnknownAttribute`` (a ``ValueError``) for
        a name or a value that does not fit, ``UserNotFound`` (a
        ``NoResultFound``) or ``EmailTaken``.
        """
        values = accepted(changes)

        def change(unit: orm.Session) -> None:
            user = lock_user(unit, user_id)
            for name, value in values.items():
                _change(unit, user, name, value)

        self.write(change)

    def _write_once(self, work: Work[T]) -> T:
        if self._writing is None:
            return self._commit(work)
        with self._writing:
            return self._commit(work)

    def _commit(self, work: Work[T]) -> T:
        with orm.Session(self.engine, expire_on_commit=False) as unit:
            result = work(unit)
            unit.commit()
            return result


def lock_user(unit: orm.Session, user_id: int | None) -> User:
    """Return a user and hold its row until the unit ends.

    Whoever changes what belongs to an account takes its row first; so two
    changes of one account never cross.  Raises ``UserNotFound``.
    """
    if not is_id(user_id):
        raise UserNotFound
    user = unit.get(User, user_id, with_for_update=True)
    if user is None:
        raise UserNotFound
    return user


def _change(
    unit: orm.Session, user: User, name: str, value: str | None
) -> None:
    try:
        if name == "session_id":
            session.assign(unit, user.id, value)
        elif name == "reset_token":
            one_time_token.assign(unit, user.id, _RESET, value)
        else:
            setattr(user, name, value)
            unit.flush()
    except IntegrityError:
        if name == "email":
            raise EmailTaken(str(value)) from None
        raise UnknownAttribute(f"{name} is in use") from None


def _is_of_database(error: Exception) -> bool:
    """Tell a database's failure from a value that it cannot take."""
    return isinstance(error, DBAPIError) and (
        type(error) not in _VALUE_ERRORS or error.connection_invalidated
    )


def _is_transient(error: DBAPIError) -> bool:
    cause = error.orig
    state = getattr(cause, "sqlstate", None)
    return bool(_TRANSIENT & {state, *getattr(cause, "args", ())[:1]})
