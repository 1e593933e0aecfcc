"""The date a session was last used, kept to about a minute."""

import threading
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest
from sqlalchemy import select

from bienvenue import DB, Auth, Session, Settings, clock
from bienvenue.clock import FrozenClock
from bienvenue.last_seen import LastSeen
from bienvenue.session_check import SignedIn

MINUTE_US = 60_000_000


@pytest.fixture
def frozen() -> Iterator[FrozenClock]:
    with clock.frozen() as stopped:
        yield stopped


@pytest.fixture
def auth(frozen: FrozenClock) -> Iterator[Auth]:
    auth = Auth(DB("sqlite://"), Settings(bcrypt_rounds=4))
    yield auth
    auth.close()


@pytest.fixture
def session_id(auth: Auth) -> str:
    auth.db.add_user("bob@example.com", "a hash")
    session_id = auth.create_session("bob@example.com")
    assert session_id
    return session_id


def in_database(db: DB) -> list[datetime]:
    rows = select(Session.last_seen_at).order_by(Session.id)
    return db.read(lambda unit: list(unit.scalars(rows)))


def found(db: DB, session_id: str) -> SignedIn:
    found = db.check_session(session_id)
    assert found is not None
    return found


class Writes:
    """Counts the units that a database writes."""

    def __init__(self, db: DB, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.written = threading.Event()
        self._write = db.write
        monkeypatch.setattr(db, "write", self)

    def __call__(self, work: Callable[..., object]) -> object:
        result = self._write(work)
        self.count += 1
        self.written.set()
        return result


def test_a_use_within_the_minute_is_not_written(
    auth: Auth,
    session_id: str,
    frozen: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    began = clock.now()
    writes = Writes(auth.db, monkeypatch)
    seen = LastSeen(auth.db, auth.session_span.idle)
    frozen.advance(minutes=1, microseconds=-1)
    seen.note(found(auth.db, session_id))
    seen.stop()
    assert writes.count == 0
    assert in_database(auth.db) == [began]


def test_a_use_a_minute_later_is_written_by_the_thread(
    auth: Auth,
    session_id: str,
    frozen: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writes = Writes(auth.db, monkeypatch)
    frozen.advance(minutes=1)
    assert auth.check_session(session_id)
    assert writes.written.wait(10)
    assert in_database(auth.db) == [clock.now()]
    assert found(auth.db, session_id).last_seen_us == clock.now_us()


def test_many_uses_in_one_minute_are_one_note(
    auth: Auth,
    session_id: str,
    frozen: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    writes = Writes(auth.db, monkeypatch)
    seen = LastSeen(auth.db, auth.session_span.idle)
    monkeypatch.setattr(seen._background, "wake", lambda: None)
    who = found(auth.db, session_id)
    frozen.advance(minutes=1)
    first = clock.now()
    for _ in range(100):
        seen.note(who)
        frozen.advance(microseconds=1)
    seen.flush()
    assert in_database(auth.db) == [first]
    assert writes.count == 1
    seen.flush()
    assert writes.count == 1, "nothing was noted since"
    seen.stop()


def test_sessions_are_told_apart_and_written_together(
    auth: Auth,
    session_id: str,
    frozen: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    other = auth.create_session("bob@example.com")
    third = auth.create_session("bob@example.com")
    assert other
    assert third
    began = clock.now()
    writes = Writes(auth.db, monkeypatch)
    seen = LastSeen(auth.db, auth.session_span.idle)
    monkeypatch.setattr(seen._background, "wake", lambda: None)
    frozen.advance(minutes=5)
    seen.note(found(auth.db, session_id))
    frozen.advance(minutes=5)
    seen.note(found(auth.db, other))
    seen.stop()
    first, second, unused = in_database(auth.db)
    assert (second - first).total_seconds() == 300
    assert second == clock.now()
    assert unused == began
    assert writes.count == 1


def test_stopping_writes_what_was_noted(
    auth: Auth, session_id: str, frozen: FrozenClock
) -> None:
    frozen.advance(hours=1)
    assert auth.check_session(session_id)
    auth._last_seen.stop()
    assert in_database(auth.db) == [clock.now()]


def test_a_session_that_ended_meanwhile_stays_ended(
    auth: Auth,
    session_id: str,
    frozen: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = LastSeen(auth.db, auth.session_span.idle)
    monkeypatch.setattr(seen._background, "wake", lambda: None)
    who = found(auth.db, session_id)
    frozen.advance(minutes=2)
    seen.note(who)
    assert auth.end_session(session_id)
    seen.stop()
    assert in_database(auth.db) == []
    assert auth.check_session(session_id) is None


def test_a_use_puts_off_the_end_for_idling(
    auth: Auth,
    session_id: str,
    frozen: FrozenClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The thread would write at a time of its own choosing.
    monkeypatch.setattr(auth._last_seen._background, "wake", lambda: None)
    frozen.advance(days=7, microseconds=-1)
    assert auth.check_session(session_id)
    auth._last_seen.flush()
    frozen.advance(days=7, microseconds=-1)
    assert auth.check_session(session_id)
    frozen.advance(microseconds=1)
    assert auth.check_session(session_id) is None


def test_a_later_use_that_another_node_wrote_stays(
    auth: Auth, session_id: str, frozen: FrozenClock
) -> None:
    one, other = (LastSeen(auth.db, auth.session_span.idle) for _ in range(2))
    session = found(auth.db, session_id)
    for node in (one, other):
        node._background.wake = lambda: None  # type: ignore[method-assign]
        frozen.advance(minutes=2)
        node.note(session)
    later = clock.now()
    other.flush()
    one.flush()
    assert in_database(auth.db) == [later]
