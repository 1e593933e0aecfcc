"""A signed-in browser or program: the ``sessions`` table.

A person has as many as they have devices.  A row that is gone is a session
that is over; nothing else has to be remembered about it here.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self, cast

from sqlalchemy import (
    CursorResult,
    ForeignKey,
    String,
    delete,
    orm,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from bienvenue import clock
from bienvenue.columns import (
    Base,
    BigId,
    Digest,
    Instant,
    digest_property,
    is_id,
    not_expired,
    read_only,
)
from bienvenue.config import Settings
from bienvenue.user import User


class Span(NamedTuple):
    """How long a session lasts, in all and without being used.

    ``most`` is how many of them one user may have, ``unkept`` how long one
    lasts at most that the browser is to forget when it is closed.
    """

    lifetime: timedelta = timedelta(days=30)
    idle: timedelta = timedelta(days=7)
    most: int = 100
    unkept: timedelta = timedelta(hours=12)

    def of_kind(self, *, kept: bool) -> timedelta:
        """Return how long a session lasts in all, of either kind."""
        return self.lifetime if kept else min(self.lifetime, self.unkept)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings choose."""
        return cls(
            timedelta(seconds=settings.session_lifetime_seconds),
            timedelta(seconds=settings.session_idle_seconds),
            settings.sessions_per_user,
            timedelta(seconds=settings.session_unkept_seconds),
        )


DEFAULT_SPAN = Span()
_ADDRESS_CHARACTERS, _AGENT_CHARACTERS = 45, 255


class Session(Base):
    """One login of one user: when, until when, and from where.

    ``digest`` takes the raw session id and reads as its SHA-256 in hex.
    It ends at ``expires_at``, which moves on as the session is used, and
    at ``ends_at`` whatever its use.  ``authenticated_at`` is when its user
    last proved who they are in it.  ``address`` and ``agent`` are what
    the client showed, for its owner to recognise it by; they prove nothing.
    ``kept`` says whether the browser keeps it when it is closed.
    ``actor_id`` is the admin who acts as the user in it, else None.
    """

    __tablename__ = "sessions"
    __table_args__ = {"sqlite_autoincrement": True}

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    digest: Mapped[str] = mapped_column(Digest, unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    authenticated_at: Mapped[datetime] = mapped_column(Instant)
    address: Mapped[str | None] = mapped_column(String(_ADDRESS_CHARACTERS))
    agent: Mapped[str | None] = mapped_column(String(_AGENT_CHARACTERS))
    kept: Mapped[bool] = mapped_column(default=True, server_default=true())
    # No foreign key: SQLite cannot add one to a table that there is.
    actor_id: Mapped[int | None] = mapped_column(index=True)

    def __repr__(self) -> str:
        """Show the row's id, which opens nothing."""
        return f"<Session {self.id} of user {self.user_id}>"


User.session_id = digest_property(
    User.id,
    Session.user_id,
    Session.digest,
    Session.id.desc(),
    not_expired(Session.expires_at),
    # Whether one counts in which an admin acts is another question.
    Session.actor_id.is_(None),
)
read_only(User.session_id)


def start(
    unit: orm.Session,
    user_id: int,
    session_id: str,
    *,
    span: Span = DEFAULT_SPAN,
    address: str | None = None,
    agent: str | None = None,
    kept: bool = True,
) -> None:
    """Begin a session of a user under a raw session id.

    One that is not ``kept`` is forgotten by the browser when it is closed;
    since browsers may not, it ends sooner too.  Where the user has as many
    as there may be, the one left alone longest ends.  The caller holds the
    user's row.
    """
    _make_room(unit, user_id, span.most - 1)
    now, lasts = clock.now(), span.of_kind(kept=kept)
    unit.add(
        Session(
            user_id=user_id,
            digest=session_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + min(lasts, span.idle),
            ends_at=now + lasts,
            authenticated_at=now,
            address=address[:_ADDRESS_CHARACTERS] if address else None,
            agent=agent[:_AGENT_CHARACTERS] if agent else None,
            kept=kept,
        )
    )
    unit.flush()


def whose(unit: orm.Session, session_id: str) -> tuple[int, int] | None:
    """Return user and row of the live session of a raw id, or None."""
    found = unit.execute(
        select(Session.user_id, Session.id).where(
            Session.digest == session_id, not_expired(Session.expires_at)
        )
    ).first()
    return None if found is None else (found.user_id, found.id)


def is_kept(unit: orm.Session, row_id: int) -> bool:
    """Tell whether a session outlasts the closing of its browser.

    One that is over does not.
    """
    return bool(unit.scalar(select(Session.kept).where(Session.id == row_id)))


def end(unit: orm.Session, session_id: str) -> bool:
    """End the live session of a raw id; tell whether there was one."""
    ended = unit.execute(
        delete(Session).where(
            Session.digest == session_id, not_expired(Session.expires_at)
        )
    )
    return cast(CursorResult[Any], ended).rowcount == 1


def _make_room(unit: orm.Session, user_id: int, most: int) -> None:
    """End what is over, and all but the ``most`` used last."""
    rows = unit.execute(
        select(Session.id, Session.expires_at)
        .where(Session.user_id == user_id)
        .order_by(Session.last_seen_at.desc(), Session.id.desc())
    ).all()
    now = clock.now()
    live = [row.id for row in rows if row.expires_at > now]
    gone = [row.id for row in rows if row.expires_at <= now] + live[most:]
    if gone:
        unit.execute(delete(Session).where(Session.id.in_(gone)))


def rename(unit: orm.Session, old: str, new: str) -> bool:
    """Give a live session another raw id; its user has just proved who.

    When it began and when it ends stay as they were.  False where it has
    ended, or has another id already: one of two that rename it at once.
    """
    renamed = unit.execute(
        update(Session)
        .where(Session.digest == old, not_expired(Session.expires_at))
        .values(digest=new, authenticated_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return cast(CursorResult[Any], renamed).rowcount == 1


def assign(
    unit: orm.Session,
    user_id: int,
    session_id: str | None,
    span: Span = DEFAULT_SPAN,
) -> None:
    """Begin a user's session under a raw id; None ends all of them.

    An id that the user has already begins anew.  Raises ``IntegrityError``
    for another user's.
    """
    if session_id is None:
        end_all(unit, user_id)
        return
    unit.execute(
        delete(Session).where(
            Session.user_id == user_id, Session.digest == session_id
        )
    )
    start(unit, user_id, session_id, span=span)


def end_row(unit: orm.Session, user_id: int, row_id: int) -> bool:
    """End a user's session by the id of its row; tell whether it was."""
    if not is_id(row_id):
        return False
    ended = unit.execute(
        delete(Session).where(
            Session.id == row_id,
            Session.user_id == user_id,
            not_expired(Session.expires_at),
        )
    )
    return cast(CursorResult[Any], ended).rowcount == 1


def is_live(unit: orm.Session, row_id: int, user_id: int) -> bool:
    """Tell whether a row is a session of a user that counts."""
    query = select(Session.id).where(
        Session.id == row_id,
        Session.user_id == user_id,
        not_expired(Session.expires_at),
    )
    return unit.scalar(query) is not None


def end_all(
    unit: orm.Session, user_id: int, *, but: int | None = None
) -> None:
    """End every session of a user, but for the row of one if named."""
    gone = delete(Session).where(Session.user_id == user_id)
    unit.execute(gone if but is None else gone.where(Session.id != but))


def live(unit: orm.Session, user_id: int) -> list[Session]:
    """Return the user's sessions that count, the newest first."""
    return list(
        unit.scalars(
            select(Session)
            .where(Session.user_id == user_id, not_expired(Session.expires_at))
            .order_by(Session.id.desc())
        )
    )
