"""The fast path: one statement, by the index, on a connection per thread."""

import gc
import re
import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import event, orm, text

from bienvenue import DB, clock, secret
from bienvenue.errors import DatabaseUnavailable
from bienvenue.session_check import MOST, SessionCheck, SignedIn
from bienvenue.sqlite_file import LOG_BYTES

RAW = secret.new_token()


@pytest.fixture
def frozen() -> Iterator[clock.FrozenClock]:
    """The time at which the session began."""
    with clock.frozen() as stopped:
        yield stopped


@pytest.fixture
def db(db: DB, frozen: clock.FrozenClock) -> DB:
    """A database in which somebody has a session."""
    db.add_user("ann@example.com", "h")
    user = db.add_user("Bob@example.com", "h")
    db.update_user(user.id, session_id=RAW)
    return db


def connections(db: DB) -> int:
    gc.collect()
    return len(db.check_session._lanes)


def driver(db: DB) -> sqlite3.Connection:
    """Return this thread's own connection."""
    found = db.check_session._lane()._connection.driver_connection
    assert isinstance(found, sqlite3.Connection)
    return found


def test_it_tells_whose_session_it_is(
    db: DB, frozen: clock.FrozenClock
) -> None:
    assert db.check_session(RAW) == SignedIn(
        id=2,
        email="Bob@example.com",
        session=1,
        last_seen_us=frozen(),
        verified_at_us=None,
    )


@pytest.mark.parametrize("raw", ["", "x", "\ud800", "\0", "a" * 10**6])
def test_anything_else_is_nobodys(db: DB, raw: str) -> None:
    assert db.check_session(raw) is None


def test_an_id_is_taken_to_the_letter(db: DB) -> None:
    for near in (RAW + " ", " " + RAW, RAW[:-1], f"{{{RAW}}}"):
        assert db.check_session(near) is None


def test_the_stored_digest_opens_nothing(db: DB) -> None:
    assert db.check_session(secret.digest(RAW).hex()) is None


def test_there_is_no_cache(db: DB, frozen: clock.FrozenClock) -> None:
    """What ends, ends for the next question (ASVS 7.4.1)."""
    assert db.check_session(RAW)
    db.update_user(2, session_id=None)
    assert db.check_session(RAW) is None
    db.update_user(2, session_id=RAW, email="new@example.com")
    found = db.check_session(RAW)
    assert found is not None
    assert found.email == "new@example.com"
    frozen.advance(days=30)
    assert db.check_session(RAW) is None


@pytest.mark.engine("sqlite")
def test_it_is_one_statement_and_makes_no_entity(db: DB) -> None:
    """What the driver itself is given, beside what SQLAlchemy is."""
    seen: list[str] = []
    made: list[object] = []

    def load(target: object, *_: object) -> None:
        made.append(target)

    event.listen(orm.Mapper, "load", load)
    try:
        driver(db).set_trace_callback(seen.append)
        assert db.check_session(RAW)
        db.find_user_by(id=2)
    finally:
        event.remove(orm.Mapper, "load", load)
    assert len(seen) == 1
    assert re.match("SELECT users.id, users.email, sessions.id", seen[0])
    assert len(made) == 1  # the one of find_user_by: the listener works


@pytest.mark.engine("sqlite")
def test_it_goes_by_the_index_of_digests(db: DB) -> None:
    sql = db.check_session._one.sql.replace("?", "1")
    plan = text(f"EXPLAIN QUERY PLAN {sql}")
    rows = db.read(lambda unit: unit.execute(plan).all())
    steps = sorted(row[3] for row in rows)
    assert steps == [
        "SEARCH sessions USING INDEX sqlite_autoindex_sessions_1 (digest=?)",
        "SEARCH users USING INTEGER PRIMARY KEY (rowid=?)",
    ]


@pytest.mark.parametrize("count", [1, 2, 3, 5, MOST])
def test_many_are_asked_for_at_once(db: DB, count: int) -> None:
    """The same as one after the other, in the order of the questions."""
    own = [RAW, secret.new_token(), "", "\ud800", RAW]
    ids = (own * MOST)[:count]
    one_by_one = [db.check_session(each) for each in ids]
    assert one_by_one[0] is not None
    assert db.check_session.many(ids) == one_by_one
    assert db.check_session.many(ids[::-1]) == one_by_one[::-1]


def test_many_are_not_remembered(db: DB, frozen: clock.FrozenClock) -> None:
    db.update_user(1, session_id="other")
    ids = [RAW, "other"]
    assert [each and each.id for each in db.check_session.many(ids)] == [2, 1]
    db.update_user(2, session_id=None)
    assert [each and each.id for each in db.check_session.many(ids)] == [
        None,
        1,
    ]
    frozen.advance(days=30)
    assert db.check_session.many(ids) == [None, None]


def test_many_need_few_statements(db: DB) -> None:
    """Each is prepared once; one for every number would crowd them out."""
    for count in range(1, MOST + 1):
        db.check_session.many([RAW] * count)
    assert len(db.check_session._of_many) == 7


def test_a_lost_connection_is_made_anew_for_many(db: DB) -> None:
    assert db.check_session.many([RAW])[0]
    held = db.check_session._lane()._connection.driver_connection
    assert held is not None
    held.close()
    assert db.check_session.many([RAW])[0]


def test_a_thread_has_one_connection_which_goes_with_it(db: DB) -> None:
    assert db.check_session(RAW)
    assert db.check_session(RAW)
    assert connections(db) == 1
    counts: list[int] = []

    def ask() -> None:
        db.check_session(RAW)
        counts.append(connections(db))

    for _ in range(3):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
    assert counts == [2, 2, 2]
    assert connections(db) == 1


@pytest.mark.engine("sqlite")
def test_a_question_pins_no_old_state(db: DB) -> None:
    """A read left open would keep the log from ever being emptied."""
    with closing(sqlite3.connect(db.url.database or "", timeout=0)) as other:
        for number in range(3):
            assert db.check_session(RAW)
            emptied = other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert emptied.fetchone() == (0, 0, 0)
            db.update_user(2, email=f"{number}@example.com")
            found = db.check_session(RAW)
            assert found is not None
            assert found.email == f"{number}@example.com"


@pytest.mark.engine("sqlite")
def test_a_lost_connection_is_made_anew(db: DB) -> None:
    assert db.check_session(RAW)
    driver(db).close()
    assert db.check_session(RAW)


@pytest.mark.engine("sqlite")
def test_a_database_that_is_away_is_one_clear_error(
    tmp_path: Path, db: DB
) -> None:
    folder = tmp_path / "away"
    folder.mkdir()
    with DB(f"sqlite:///{folder / 'a.db'}") as other:
        check = SessionCheck(other.url)
        away = SessionCheck(other.url)
        assert check(RAW) is None
    check.close()
    shutil.rmtree(folder)
    for each in (check, away):
        with pytest.raises(DatabaseUnavailable) as caught:
            each(RAW)
        assert str(caught.value) == "the database cannot be reached"
        assert caught.value.__cause__ is None
    assert db.check_session(RAW)


@pytest.mark.engine("sqlite")
def test_a_snapshot_is_of_one_moment_and_of_one_thread(db: DB) -> None:
    check = db.check_session
    assert check(RAW)
    check.open_snapshot()
    assert check(RAW)
    db.update_user(2, session_id=None)
    assert check(RAW)
    elsewhere: list[SignedIn | None] = []
    thread = threading.Thread(target=lambda: elsewhere.append(check(RAW)))
    thread.start()
    thread.join()
    assert elsewhere == [None]
    check.close_snapshot()
    assert check(RAW) is None


@pytest.mark.engine("sqlite")
def test_time_goes_on_in_a_snapshot(
    db: DB, frozen: clock.FrozenClock
) -> None:
    assert db.check_session(RAW)
    db.check_session.open_snapshot()
    assert db.check_session(RAW)
    frozen.advance(days=30)
    assert db.check_session(RAW) is None
    db.check_session.close_snapshot()


@pytest.mark.engine("sqlite")
def test_a_closed_snapshot_pins_no_old_state(db: DB) -> None:
    with closing(sqlite3.connect(db.url.database or "", timeout=0)) as other:
        for _ in range(3):
            assert db.check_session(RAW)
            db.check_session.open_snapshot()
            assert db.check_session(RAW)
            assert driver(db).in_transaction
            db.check_session.close_snapshot()
            emptied = other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            assert emptied.fetchone() == (0, 0, 0)


@pytest.mark.engine("sqlite")
def test_a_snapshot_of_a_lost_connection_is_none(db: DB) -> None:
    """The question finds out, and is answered on another connection."""
    check = db.check_session
    check.open_snapshot()
    check.close_snapshot()
    assert connections(db) == 0
    assert check(RAW)
    driver(db).close()
    check.open_snapshot()
    assert check(RAW)
    check.close_snapshot()
    check.open_snapshot()
    driver(db).close()
    assert check(RAW)
    db.update_user(2, session_id=None)
    assert check(RAW) is None
    check.close_snapshot()


@pytest.mark.engine("sqlite")
def test_a_snapshot_that_does_not_end_is_given_up(
    db: DB, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a session that ended would count for as long as it lasts."""
    check = db.check_session
    assert check(RAW)
    check.open_snapshot()
    assert check(RAW)

    def fail(_lane: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(type(check._lane()), "end", fail)
    db.update_user(2, session_id=None)
    assert check(RAW)
    check.close_snapshot()
    assert check(RAW) is None


@pytest.mark.engine("sqlite")
def test_a_long_log_gets_its_rest(db: DB) -> None:
    """In many processes, none of which pauses, snapshots would starve it."""
    check, log = db.check_session, Path(f"{db.url.database}-wal")
    assert check(RAW)
    with closing(sqlite3.connect(db.url.database or "")) as other, other:
        other.execute("CREATE TABLE junk (data)")
        size = 2 * LOG_BYTES
        other.execute("INSERT INTO junk VALUES (zeroblob(?))", (size,))
    assert log.stat().st_size > 2 * LOG_BYTES
    check.open_snapshot()
    assert check(RAW)
    assert not driver(db).in_transaction
    check.close_snapshot()
    db.update_user(1, email="other@example.com")
    assert log.stat().st_size <= LOG_BYTES
    check.open_snapshot()
    assert check(RAW)
    assert driver(db).in_transaction
    check.close_snapshot()


@pytest.mark.engine("sqlite")
def test_the_log_stays_small_beside_many_snapshots(db: DB) -> None:
    """It is begun anew, though somebody reads nearly all the time."""
    log = Path(f"{db.url.database}-wal")
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            db.check_session.open_snapshot()
            for _ in range(30):
                db.check_session(RAW)
            db.check_session.close_snapshot()

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        for number in range(1500):
            db.update_user(1, email=f"{number}@example.com")
    finally:
        over.set()
        thread.join()
    # After a thousand pages SQLite begins anew when nobody reads; all that
    # was written here are twelve thousand.
    assert log.stat().st_size < 6 * 1000 * 4096
