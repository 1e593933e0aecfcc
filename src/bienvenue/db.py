"""The one door to the database: an engine, and units of work.

Nothing above this module opens a transaction of its own.  A unit of work is
a function that is given a SQLAlchemy session; it commits as a whole or not
at all, and is run again when the database asks for that.
"""

from collections.abc import Callable
from contextlib import nullcontext
from threading import Event as Pause
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

from bienvenue import (
    address,
    audit,
    forking,
    observing,
    one_time_token,
    schema,
    secret,
    session,
)
from bienvenue import engine as engines
from bienvenue.columns import Base, is_id
from bienvenue.config import DEFAULT_DATABASE_URL, Settings
from bienvenue.errors import (
    EmailTaken,
    InvalidQuery,
    SessionRequired,
    UnknownAttribute,
    UserNotFound,
)
from bienvenue.events import Event
from bienvenue.observing import Moment, Tally
from bienvenue.reserved_address import is_reserved
from bienvenue.session_check import SessionCheck, SignedIn
from bienvenue.user import User, accepted

T = TypeVar("T")
Work = Callable[[orm.Session], T]

_ATTEMPTS = 8
_PAUSE_SECONDS = 0.01  # at most, before the second attempt
# PostgreSQL: serialisation failure, deadlock. MySQL: lock wait, deadlock
# (which is also what a Galera certification failure looks like).
_TRANSIENT = frozenset({"40001", "40P01", 1205, 1213})
_ATTRIBUTES = frozenset(inspect(User).all_orm_descriptors.keys())
_RESET = one_time_token.Purpose.RESET_PASSWORD
# What a driver says to a value; its other errors are the database's own.
_VALUE_ERRORS = frozenset({DataError, InterfaceError})


class DB:
    """Accounts in a database; makes and upgrades its tables when opened.

    What a call returns stays readable after the transaction and after
    later calls.  Safe to share between threads.  Raises
    ``ConfigurationError`` or ``DatabaseUnavailable`` when it cannot open.
    """

    def __init__(self, url: str = DEFAULT_DATABASE_URL) -> None:
        """Open the database at a SQLAlchemy URL."""
        self.url = engines.parse_url(url)
        # Of the digests of short codes; ``Auth`` has one from its settings.
        self.code_key = b""
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
        self.check_session = SessionCheck(self.url)
        self.session_span = session.DEFAULT_SPAN
        self.journal = audit.Journal()
        self._writing = self._lock()
        forking.watch(self)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Open the database of these settings; its log is under their key."""
        db = cls(settings.database_url)
        db.journal = audit.Journal.of(settings)
        return db

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

    def begin_anew(self) -> object:
        """Leave the connections there are to another process."""
        left = self.engine.pool
        self.engine.dispose(close=False)
        self._writing = self._lock()
        return left

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
        with (
            observing.timed(Moment.UNIT, "read"),
            orm.Session(self._readers, expire_on_commit=False) as unit,
        ):
            return work(unit)

    def write(self, work: Work[T]) -> T:
        """Run a unit, commit it whole, and return its result.

        What is acknowledged is durable.  A deadlock or a serialisation
        failure runs the unit again, a few times, so it must have no effect
        outside the database.  Events that it records are sealed into the
        audit log before the commit, and told to the service's log after.
        """
        with observing.timed(Moment.UNIT, "write"):
            return self._write(work)

    def _write(self, work: Work[T]) -> T:
        for attempt in range(_ATTEMPTS - 1):
            try:
                return self._write_once(work)
            except DBAPIError as error:
                if not _is_transient(error):
                    raise
            observing.tell(Tally.DB_RETRIED)
            # Apart, so that those who met do not meet again.
            Pause().wait(_PAUSE_SECONDS * 2**attempt * secret.chance())
        return self._write_once(work)

    def add_user(self, email: str, hashed_password: str | bytes) -> User:
        """Store a new user and return it with its ``id``.

        Raises ``EmailTaken`` when the address, in any letter case, has an
        account: the unique index says so, not a look before the write.
        Raises ``UnknownAttribute`` for what is not text.
        """
        return self.write(
            lambda unit: insert_user(unit, email, hashed_password)
        )

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
        voids the token.  Sessions last as long as ``session_span`` says,
        which ``Auth`` takes from its settings; a disabled account begins
        none.  Raises ``UnknownAttribute`` (a ``ValueError``) for
        a name or a value that does not fit, ``UserNotFound`` (a
        ``NoResultFound``) or ``EmailTaken``.
        """
        values = accepted(changes)

        def change(unit: orm.Session) -> None:
            user = lock_user(unit, user_id)
            for name, value in values.items():
                if name == "session_id":
                    _begin(unit, user, value, self.session_span)
                else:
                    _change(unit, user, name, value)
            if values:
                audit.record(
                    unit,
                    Event.USER_UPDATED,
                    user_id=user.id,
                    fields=",".join(values),
                )

        self.write(change)

    def _lock(self) -> "Lock | None":
        # SQLite lets writers wait in no order; a lock in front of it does.
        return Lock() if self.engine.name == "sqlite" else None

    def _write_once(self, work: Work[T]) -> T:
        with self._writing or nullcontext():
            result, recorded = self._commit(work)
        audit.tell(recorded)
        return result

    def _commit(self, work: Work[T]) -> tuple[T, audit.Recorded]:
        info = {
            **self.journal.info(),
            one_time_token.CODE_KEY: self.code_key,
        }
        with orm.Session(
            self.engine, expire_on_commit=False, info=info
        ) as unit:
            result = work(unit)
            recorded = audit.seal(unit)
            unit.commit()
            return result, recorded


def insert_user(
    unit: orm.Session, email: str, hashed_password: str | bytes
) -> User:
    """Store a new user within a unit, as :meth:`DB.add_user` does.

    The first thing the unit does, so that the index is asked, and nothing
    that was read earlier.  After ``EmailTaken`` the unit is of no use.
    """
    values = accepted({"email": email, "hashed_password": hashed_password})
    user, taken = User(**values), EmailTaken(str(values["email"]))
    unit.add(user)
    try:
        unit.flush()
    except IntegrityError:
        raise taken from None
    if is_reserved(unit, user.email):
        raise taken
    unit.refresh(user)
    audit.record(unit, Event.USER_CREATED, user_id=user.id)
    return user


def move_user(unit: orm.Session, user: User, email: str) -> None:
    """Give an account another address, which nobody has proved yet.

    The caller holds the user's row.  Raises ``EmailTaken``; the unit is
    then of no use.
    """
    if address.key(email) != user.email_key:
        user.verified_at = None
    user.email = email
    try:
        unit.flush()
    except IntegrityError:
        raise EmailTaken(email) from None
    if is_reserved(unit, email, but=user.id):
        raise EmailTaken(email)


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


def lock_signed_in(unit: orm.Session, user: SignedIn) -> User:
    """Hold the row of whoever is signed in, if they still are.

    Between the check of a session and here it may have ended, by the owner
    of the account who shut a thief out.  Raises ``SessionRequired``.
    """
    try:
        owner = lock_user(unit, user.id)
    except UserNotFound:
        raise SessionRequired from None
    if not session.is_live(unit, user.session, owner.id):
        raise SessionRequired
    return owner


def _change(
    unit: orm.Session, user: User, name: str, value: str | None
) -> None:
    try:
        if name == "reset_token":
            one_time_token.assign(unit, user.id, _RESET, value)
        elif name == "email":
            move_user(unit, user, str(value))
            # Whoever reads mail at the address before must not verify it.
            one_time_token.void_pending(unit, user.id)
        else:
            setattr(user, name, value)
            unit.flush()
    except IntegrityError:
        raise UnknownAttribute(f"{name} is in use") from None


def _begin(
    unit: orm.Session, user: User, session_id: str | None, span: session.Span
) -> None:
    if session_id is not None and user.disabled_at is not None:
        raise UnknownAttribute("session_id: the account is disabled")
    try:
        session.assign(unit, user.id, session_id, span)
    except IntegrityError:
        raise UnknownAttribute("session_id is in use") from None


def _is_of_database(error: Exception) -> bool:
    """Tell a database's failure from a value that it cannot take.

    A driver that refuses a value by itself names no code of a server's.
    """
    if not isinstance(error, DBAPIError) or error.connection_invalidated:
        return isinstance(error, DBAPIError)
    if type(error) is ProgrammingError:
        return _server_code(error) is not None
    return type(error) not in _VALUE_ERRORS


def _is_transient(error: DBAPIError) -> bool:
    return _server_code(error) in _TRANSIENT


def _server_code(error: DBAPIError) -> str | int | None:
    """Return PostgreSQL's SQLSTATE or MySQL's number, if there is one."""
    cause = error.orig
    first = next(iter(getattr(cause, "args", ())), None)
    number = first if isinstance(first, int) else None
    return getattr(cause, "sqlstate", None) or number
