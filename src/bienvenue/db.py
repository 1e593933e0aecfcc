"""The one door to the database: an engine, and units of work.

Nothing above this module opens a transaction of its own.  A unit of work is
a function that is given a SQLAlchemy session; it commits as a whole or not
at all, and is run again when the database asks for that.
"""

from types import TracebackType
from typing import Any, Self, TypeVar

from sqlalchemy import orm

from bienvenue import (
    audit,
    forking,
    lookup,
    observing,
    one_time_token,
    schema,
    secret,
    session,
)
from bienvenue import engine as engines
from bienvenue.columns import Base
from bienvenue.config import DEFAULT_DATABASE_URL, Settings
from bienvenue.events import Event
from bienvenue.observing import Moment
from bienvenue.session_check import SessionCheck
from bienvenue.units import Units, Work
from bienvenue.user import User, accepted
from bienvenue.user_rows import (
    begin_session,
    change_user,
    insert_user,
    lock_signed_in,
    lock_user,
    move_user,
)

__all__ = ["DB", "insert_user", "lock_signed_in", "lock_user", "move_user"]

T = TypeVar("T")

_CODES = "mailed codes"  # what their key is derived for


class DB:
    """Accounts in a database; makes and upgrades its tables when opened.

    What a call returns stays readable after the transaction and after
    later calls.  Safe to share between threads.  Raises
    ``ConfigurationError`` or ``DatabaseUnavailable`` when it cannot open.
    """

    def __init__(
        self, url: str = DEFAULT_DATABASE_URL, *, upgrades: bool = True
    ) -> None:
        """Open the database at a SQLAlchemy URL.

        Without ``upgrades`` one of an earlier release is refused:
        ``SchemaBehind``.
        """
        self.url = engines.parse_url(url)
        # Of the digests of short codes; see ``configure``.
        self.code_key = b""
        self._folder = None
        if engines.in_memory(self.url):
            self.url, self._folder = engines.private_file(self.url)
        self.engine = engines.make_engine(self.url)
        try:
            schema.ensure(self.engine, upgrades=upgrades)
        except BaseException:
            self.engine.dispose()
            raise
        self.check_session = SessionCheck(self.url)
        self.session_span = session.DEFAULT_SPAN
        self.journal = audit.Journal()
        self._units = Units(self.engine, self._info)
        forking.watch(self)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Open the database of these settings, and go by them.

        In production, upgrading is an act of the operator's own:
        ``SchemaBehind`` is raised where it is still to come.
        """
        db = cls(
            settings.database_url, upgrades=settings.profile != "production"
        )
        db.configure(settings)
        return db

    def configure(self, settings: Settings) -> None:
        """Go by these settings from now on.

        How long sessions last, and under which key codes are kept and the
        audit log is written.
        """
        key = settings.secret_key
        self.code_key = (
            secret.derive(key.get_secret_value(), _CODES) if key else b""
        )
        self.session_span = session.Span.of(settings)
        self.journal = audit.Journal.of(settings)

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
        self._units.begin_anew()
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

    def read(self, work: Work[T], *, patient: bool = True) -> T:
        """Run a unit that writes nothing and return its result.

        It is run again, for some seconds, where the server goes away;
        unless it is about that and not ``patient``.
        """
        units = self._units
        with observing.timed(Moment.UNIT, "read"):
            return units.read(work) if patient else units.look(work)

    def write(self, work: Work[T]) -> T:
        """Run a unit, commit it whole, and return its result.

        What is acknowledged is durable.  A deadlock, a serialisation
        failure, a server that goes away or hands over run the unit again,
        for some seconds, so it must have no effect outside the database; a
        commit that was not heard of is looked for first.  Events that it
        records are sealed into the audit log before the commit, and told to
        the service's log after.
        """
        with observing.timed(Moment.UNIT, "write"):
            return self._units.write(work)

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
        return lookup.first(self.read, criteria)

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
                    begin_session(unit, user, value, self.session_span)
                else:
                    change_user(unit, user, name, value)
            if values:
                audit.record(
                    unit,
                    Event.USER_UPDATED,
                    user_id=user.id,
                    fields=",".join(values),
                )

        self.write(change)

    def _info(self) -> dict[str, Any]:
        return {
            **self.journal.info(),
            one_time_token.CODE_KEY: self.code_key,
        }
