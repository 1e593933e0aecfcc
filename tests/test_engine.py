"""What every connection promises, and that SQLite files are private."""

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, orm, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from bienvenue import DB, Session, User, clock
from bienvenue.engine import READ_ONLY, make_engine, parse_url
from bienvenue.errors import DatabaseUnavailable
from bienvenue.sqlite_file import LOG_BYTES

pytestmark = pytest.mark.engine("sqlite")

PROMISES = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL
    "foreign_keys": 1,
    "secure_delete": 1,
    "busy_timeout": 5000,
    "journal_size_limit": LOG_BYTES,
}


def pragmas(engine: Engine) -> dict[str, object]:
    with engine.connect() as connection:
        return {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in PROMISES
        }


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """The file that the fixture ``url`` names."""
    return tmp_path / "accounts.db"


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    engine = make_engine(parse_url(url))
    yield engine
    engine.dispose()


@pytest.mark.parametrize("pooled", [True, False])
def test_every_connection_keeps_the_promises(url: str, pooled: bool) -> None:
    engine = make_engine(parse_url(url), pooled=pooled)
    found: list[dict[str, object]] = []
    with engine.connect():  # held, so that others are new
        thread = threading.Thread(target=lambda: found.append(pragmas(engine)))
        thread.start()
        thread.join(30)
        found.append(pragmas(engine))
    engine.dispose()
    assert found == [PROMISES, PROMISES]


def test_a_file_belongs_to_its_owner_alone(db: DB, path: Path) -> None:
    db.add_user("bob@example.com", "a hash")
    files = list(path.parent.glob("accounts.db*"))
    assert len(files) == 3, "the log and its index are files too"
    for each in files:
        assert stat.S_IMODE(each.stat().st_mode) == 0o600


def test_nothing_of_a_loose_umask_is_seen(url: str, path: Path) -> None:
    before = os.umask(0)
    try:
        DB(url).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_is_there_keeps_its_mode(url: str, path: Path) -> None:
    path.touch(0o640)
    path.chmod(0o640)
    DB(url).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match="it is no file"):
        DB(f"sqlite:///{tmp_path}")


def test_a_unit_that_writes_locks_before_it_reads(engine: Engine) -> None:
    """Else two of them read one value, and one of their writes is lost."""
    other = sqlite3.connect(engine.url.database or "", timeout=0)
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_unit_that_reads_locks_nobody_out(engine: Engine) -> None:
    engine.connect().close()
    readers = engine.execution_options(**{READ_ONLY: True})
    other = sqlite3.connect(engine.url.database or "", timeout=0)
    other.execute("BEGIN IMMEDIATE")
    with readers.connect() as connection:
        count = text("SELECT count(*) FROM sqlite_master")
        assert connection.scalar(count) == 0
    other.close()


def test_concurrent_additions_lose_nothing(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE counter (n INTEGER)"))
        connection.execute(text("INSERT INTO counter VALUES (0)"))

    def add() -> None:
        for _ in range(20):
            with engine.begin() as connection:
                value = connection.scalar(text("SELECT n FROM counter"))
                connection.execute(
                    text("UPDATE counter SET n = :n"), {"n": value + 1}
                )

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT n FROM counter")) == 80


def test_a_session_of_nobody_is_refused(db: DB) -> None:
    def orphan(unit: orm.Session) -> None:
        now = clock.now()
        unit.add(
            Session(
                user_id=4711,
                digest="a raw secret",
                created_at=now,
                last_seen_at=now,
                expires_at=now,
            )
        )

    with pytest.raises(IntegrityError) as caught:
        db.write(orphan)
    assert "a raw secret" not in str(caught.value)
    assert "4711" not in str(caught.value), "no error shows parameters"


def test_what_belongs_to_a_user_goes_with_it(db: DB) -> None:
    user = db.add_user("bob@example.com", "a hash")
    db.update_user(user.id, session_id="one", reset_token="two")
    delete = text("DELETE FROM users")
    db.write(lambda unit: unit.connection().execute(delete).close())
    for table in ("sessions", "one_time_tokens"):
        count = text(f"SELECT count(*) FROM {table}")  # noqa: S608 - ours
        with db.engine.connect() as connection:
            assert connection.scalar(count) == 0


def test_what_is_deleted_is_gone_from_the_file(url: str, path: Path) -> None:
    mark = "a very special hash"
    with DB(url) as db:
        user = db.add_user("bob@example.com", mark)
        db.update_user(user.id, hashed_password="another")
    assert mark.encode() not in path.read_bytes()


def test_a_database_in_memory_is_one_for_all_threads() -> None:
    db = DB("sqlite://")
    db.add_user("bob@example.com", "a hash")
    found: list[str] = []

    def look() -> None:
        user = db.find_user_by(email="bob@example.com")
        found.append(user.email)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == ["bob@example.com"] * 4
    db.close()


def test_two_databases_in_memory_are_two() -> None:
    with DB("sqlite://") as one, DB("sqlite://") as two:
        one.add_user("bob@example.com", "a hash")
        assert two.read(lambda unit: unit.scalars(select(User)).all()) == []


def test_a_database_in_memory_is_gone_once_closed() -> None:
    db = DB("sqlite:///:memory:")
    path = Path(db.url.database or "")
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    db.close()
    assert not path.parent.exists()
    with pytest.raises(OperationalError):
        db.add_user("bob@example.com", "a hash")
