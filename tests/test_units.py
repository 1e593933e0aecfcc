"""Units of work while the server's connections are cut under them."""

import gc
import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import func, orm, select, text
from sqlalchemy.exc import OperationalError

from bienvenue import DB, Auth, Settings, User, faults
from bienvenue.audit_tables import AuditEvent
from bienvenue.db import insert_user
from bienvenue.errors import DatabaseUnavailable
from tests.cut_connections import Cut, Forwarder, forwarded

pytestmark = [
    pytest.mark.engine("postgresql", "mariadb"),
    # PyMySQL does not close what it could not connect.
    pytest.mark.filterwarnings(
        "ignore:.*socket:pytest.PytestUnraisableExceptionWarning"
    ),
]

EMAIL = "bob@example.com"


@pytest.fixture
def cut(url: str) -> Iterator[tuple[DB, Forwarder]]:
    """A database, and the connection to it in our hands."""
    with forwarded(url) as (through, forwarder), DB(through) as db:
        yield db, forwarder
    gc.collect()


class Work:
    """Makes an account; counts how often it was run."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self, unit: orm.Session) -> tuple[int, int]:
        self.runs += 1
        return self.runs, insert_user(unit, EMAIL, "a hash").id


def counts(db: DB) -> tuple[int | None, int | None]:
    """Return how many accounts and how many events there are."""
    users, events = (
        select(func.count()).select_from(table) for table in (User, AuditEvent)
    )
    return db.read(lambda unit: (unit.scalar(users), unit.scalar(events)))


@pytest.mark.requirement("REL-3")
@pytest.mark.parametrize(
    ("how", "returned"), [(Cut.BEFORE, 2), (Cut.AFTER, 1), (Cut.LATE, 1)]
)
def test_a_commit_that_is_cut_off_counts_once(
    cut: tuple[DB, Forwarder], how: Cut, returned: int
) -> None:
    """Whatever became of it; and what it returned is of what is there."""
    db, forwarder = cut
    work = Work()
    db.read(lambda unit: unit.scalar(text("SELECT 1")))
    forwarder.cut_next(how)
    run, user_id = db.write(work)
    assert forwarder.cuts == 1
    assert run == returned
    assert work.runs <= 2
    assert db.find_user_by(email=EMAIL).id == user_id
    assert counts(db) == (1, 1)


def test_twice_is_as_once(cut: tuple[DB, Forwarder]) -> None:
    db, forwarder = cut

    class Twice(Work):
        def __call__(self, unit: orm.Session) -> tuple[int, int]:
            if self.runs < 2:
                forwarder.cut_next(Cut.BEFORE)
            return super().__call__(unit)

    work = Twice()
    assert db.write(work)[0] == 3
    assert forwarder.cuts == 2
    assert counts(db) == (1, 1)


def test_a_registration_meets_nobody_but_itself(
    cut: tuple[DB, Forwarder],
) -> None:
    """Its commit landed unheard: not "taken", though the row is there."""
    db, forwarder = cut
    auth = Auth(db, Settings(bcrypt_rounds=4))
    forwarder.cut_next(Cut.AFTER)
    user = auth.register_user(EMAIL, "a password")
    assert auth.valid_login(EMAIL, "a password")
    assert user.id == db.find_user_by(email=EMAIL).id
    session_id = auth.create_session(EMAIL)
    assert session_id is not None
    forwarder.cut_next(Cut.AFTER)
    assert auth.end_session(session_id), "the row is gone, and by us"
    assert forwarder.cuts == 2
    auth.close()


def test_what_leaves_no_receipt_is_not_tried_again(
    cut: tuple[DB, Forwarder],
) -> None:
    db, forwarder = cut
    user = db.add_user(EMAIL, "a hash")
    runs = 0

    def work(unit: orm.Session) -> None:
        nonlocal runs
        runs += 1
        unit.get_one(User, user.id).hashed_password += " more"

    forwarder.cut_next(Cut.AFTER)
    with pytest.raises(OperationalError):
        db.write(work)
    assert runs == 1
    assert db.find_user_by(id=user.id).hashed_password == "a hash more"


def test_a_unit_that_is_cut_off_runs_again(
    cut: tuple[DB, Forwarder],
) -> None:
    db, forwarder = cut

    class Interrupted(Work):
        def __call__(self, unit: orm.Session) -> tuple[int, int]:
            found = super().__call__(unit)
            if self.runs == 1:
                forwarder.cut_all()
            return found

    assert db.write(Interrupted())[0] == 2
    assert counts(db) == (1, 1)


def test_a_backend_that_is_killed_is_replaced(db: DB) -> None:
    """By the server itself, in the middle of a unit."""
    own, kill = {
        "postgresql": ("SELECT pg_backend_pid()", "pg_terminate_backend"),
        "mysql": ("SELECT connection_id()", "KILL"),
        "mariadb": ("SELECT connection_id()", "KILL"),
    }[db.engine.name]

    class Killed(Work):
        def __call__(self, unit: orm.Session) -> tuple[int, int]:
            found = super().__call__(unit)
            if self.runs == 1:
                number = unit.scalar(text(own))
                said = (
                    f"SELECT {kill}({number})"
                    if db.engine.name == "postgresql"
                    else f"{kill} {number}"
                )
                with db.engine.connect() as other:
                    other.execute(text(said))
            return found

    assert db.write(Killed())[0] == 2
    assert counts(db) == (1, 1)


def test_a_server_that_comes_back_is_waited_for(
    cut: tuple[DB, Forwarder],
) -> None:
    db, forwarder = cut
    user = db.add_user(EMAIL, "a hash")
    forwarder.leave()
    back = threading.Timer(0.5, forwarder.back)
    back.start()
    found = db.find_user_by(email=EMAIL)
    back.join()
    assert found.id == user.id
    forwarder.leave()
    back = threading.Timer(0.5, forwarder.back)
    back.start()
    db.update_user(user.id, hashed_password="another")
    back.join()
    assert db.find_user_by(id=user.id).hashed_password == "another"


def test_but_not_for_ever(
    cut: tuple[DB, Forwarder], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "PATIENCE_SECONDS", 0.2)
    db, forwarder = cut
    forwarder.leave()
    work = Work()
    with pytest.raises(OperationalError):
        db.write(work)
    with pytest.raises(OperationalError):
        db.find_user_by(email=EMAIL)
    with pytest.raises(DatabaseUnavailable):
        db.check_session("no such session")
    forwarder.back()
    db.write(work)
    assert counts(db) == (1, 1)


@pytest.mark.engine("postgresql")
def test_a_primary_that_became_a_standby_is_left(db: DB) -> None:
    """Its connections live on; what they answer is no fault of ours."""
    demoted = text("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY")
    promoted = text("SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE")
    with db.engine.connect() as held:
        held.execute(demoted)
        held.commit()
        pid = held.scalar(text("SELECT pg_backend_pid()"))
    work = Work()
    assert db.write(work)[0] == 2, "on a new connection"
    with db.engine.connect() as held:
        assert held.scalar(text("SELECT pg_backend_pid()")) != pid
        held.execute(promoted)
