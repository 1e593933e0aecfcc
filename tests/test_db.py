"""``DB``: the door to the database, as the contract has it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import orm, select, text
from sqlalchemy.exc import (
    DBAPIError,
    InvalidRequestError,
    NoResultFound,
    OperationalError,
)

from bienvenue import DB, Session, User, secret
from bienvenue.errors import EmailTaken, UnknownAttribute, UserNotFound

EMAIL = "test@test.com"


@pytest.fixture
def db() -> Iterator[DB]:
    with DB("sqlite://") as found:
        yield found


def test_users_are_added(db: DB) -> None:
    first = db.add_user(EMAIL, "SuperHashedPwd")
    second = db.add_user("test1@test.com", b"SuperHashedPwd1")
    assert (first.id, second.id) == (1, 2)
    assert second.hashed_password == "SuperHashedPwd1"
    assert first.session_id is None
    assert first.reset_token is None
    assert first.created_at.tzinfo is not None


def test_an_address_is_unique_in_any_case(db: DB) -> None:
    db.add_user(EMAIL, "h")
    with pytest.raises(EmailTaken):
        db.add_user("TEST@test.com", "h")
    assert db.add_user("other@test.com", "h").id


def test_a_deleted_id_is_not_used_again(db: DB) -> None:
    db.add_user(EMAIL, "h")

    def delete(unit: orm.Session) -> None:
        unit.delete(unit.get_one(User, 1))

    db.write(delete)
    assert db.add_user(EMAIL, "h").id == 2


def test_users_are_found(db: DB) -> None:
    user = db.add_user(EMAIL, "h")
    assert db.find_user_by(email="TEST@TEST.com").id == user.id
    assert db.find_user_by(id=1, hashed_password="h").email == EMAIL


@pytest.mark.parametrize(
    "criteria",
    [
        {"email": "unknown@test.com"},
        {"email": None},
        {"email": "\ud800"},
        {"id": 404},
        {"id": 2**70},
        {"id": None},
        {"session_id": None},
        {"session_id": "x"},
        {"session_id": "\ud800"},
        {"reset_token": None},
        {"reset_token": ""},
        {"email": EMAIL, "reset_token": None},
    ],
)
def test_no_match_is_no_result(db: DB, criteria: dict[str, Any]) -> None:
    db.add_user(EMAIL, "h")
    with pytest.raises(NoResultFound) as caught:
        db.find_user_by(**criteria)
    assert isinstance(caught.value, UserNotFound)
    assert "sqlalche.me" not in str(caught.value)


@pytest.mark.parametrize(
    "criteria", [{}, {"no_email": EMAIL}, {"id": ["x"]}, {"metadata": 1}]
)
def test_a_bad_question_is_an_invalid_request(
    db: DB, criteria: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        db.find_user_by(**criteria)
    assert not isinstance(caught.value, NoResultFound)


def test_users_are_updated(db: DB) -> None:
    user = db.add_user(EMAIL, "h")
    db.update_user(user.id, hashed_password="NewPwd")
    db.update_user(user.id, email="New@test.com")
    found = db.find_user_by(email="new@TEST.com")
    assert (found.hashed_password, found.email) == ("NewPwd", "New@test.com")
    db.update_user(user.id)


@pytest.mark.parametrize(
    "changes",
    [
        {"no_such": 1},
        {"id": 7},
        {"email_key": "x"},
        {"created_at": None},
        {"email": None},
        {"hashed_password": None},
    ],
)
def test_an_unknown_attribute_is_a_value_error(
    db: DB, changes: dict[str, Any]
) -> None:
    user = db.add_user(EMAIL, "h")
    with pytest.raises(ValueError, match=next(iter(changes))) as caught:
        db.update_user(user.id, **changes, hashed_password="n") if (
            "hashed_password" not in changes
        ) else db.update_user(user.id, **changes)
    assert isinstance(caught.value, UnknownAttribute)
    assert db.find_user_by(id=1).hashed_password == "h"


@pytest.mark.parametrize("user_id", [404, 0, -1, 2**70, None, "1"])
def test_an_unknown_user_is_not_updated(db: DB, user_id: int) -> None:
    with pytest.raises(NoResultFound):
        db.update_user(user_id, hashed_password="x")


def test_an_address_that_is_taken_is_not_given(db: DB) -> None:
    db.add_user(EMAIL, "h")
    other = db.add_user("other@test.com", "h")
    with pytest.raises(EmailTaken):
        db.update_user(other.id, email="Test@test.com")
    assert db.find_user_by(id=2).email == "other@test.com"


def test_raw_secrets_are_found_by_their_digests(db: DB) -> None:
    user = db.add_user(EMAIL, "h")
    session_id, token = secret.new_token(), secret.new_token()
    db.update_user(user.id, session_id=session_id, reset_token=token)
    found = db.find_user_by(session_id=session_id)
    assert found.session_id == secret.digest(session_id).hex()
    assert found.reset_token == secret.digest(token).hex()
    assert db.find_user_by(reset_token=token).id == user.id
    with pytest.raises(NoResultFound):
        db.find_user_by(session_id=token)
    with pytest.raises(NoResultFound):
        db.find_user_by(session_id=found.session_id)
    db.update_user(user.id, session_id=None, reset_token=None)
    for criteria in ({"session_id": session_id}, {"reset_token": token}):
        with pytest.raises(NoResultFound):
            db.find_user_by(**criteria)
    bare = db.find_user_by(id=user.id)
    assert (bare.session_id, bare.reset_token) == (None, None)


def test_the_attributes_are_usable_in_queries(db: DB) -> None:
    first, second = db.add_user(EMAIL, "h"), db.add_user("b@test.com", "h")
    raw = secret.new_token()
    db.update_user(second.id, session_id=raw)

    def ids(unit: orm.Session, *conditions: Any) -> list[int]:
        query = select(User.id).where(*conditions).order_by(User.id)
        return list(unit.scalars(query))

    def ask(*conditions: Any) -> list[int]:
        return db.read(lambda unit: ids(unit, *conditions))

    assert ask(User.session_id == raw) == [second.id]
    assert ask(User.session_id == None) == []  # noqa: E711 - SQL's own ==
    assert ask(User.session_id.is_(None)) == [first.id]
    assert ask(User.session_id.is_not(None)) == [second.id]
    assert ask(User.email == "TEST@test.com") == [first.id]
    assert ask(User.email.like("b@%")) == [second.id]


def test_what_was_returned_stays_usable(db: DB) -> None:
    user = db.add_user(EMAIL, "h")
    for number in range(3):
        db.add_user(f"{number}@test.com", "h")
    db.update_user(user.id, hashed_password="n", session_id="s")
    found = db.find_user_by(id=user.id)
    db.close()
    assert (user.id, user.email, user.hashed_password) == (1, EMAIL, "h")
    assert user.session_id is None
    assert found.hashed_password == "n"
    assert repr(found) == "<User 1>"


@pytest.mark.requirement("OWASP-CS-SESS-3", "OWASP-CS-FORGOT-2")
def test_no_secret_is_in_the_file(tmp_path: Path) -> None:
    """OWASP-CS-SESS-3, OWASP-CS-FORGOT-2: digests only, log included."""
    raw, token = secret.new_token(), secret.new_token()
    with DB(f"sqlite:///{tmp_path / 'a.db'}") as db:
        user = db.add_user(EMAIL, "h")
        db.update_user(user.id, session_id=raw, reset_token=token)
        assert repr(db.read(lambda unit: unit.scalars(select(Session)).one()))
        stored = b"".join(
            path.read_bytes() for path in tmp_path.iterdir() if path.is_file()
        )
    assert secret.digest(raw) in stored
    for each in (raw, token):
        assert each.encode() not in stored
        assert each.replace("-", "").encode() not in stored
        assert bytes.fromhex(each.replace("-", "")) not in stored


@pytest.mark.requirement("V2.3.3")
def test_a_unit_is_whole_or_not_at_all(db: DB) -> None:
    user = db.add_user(EMAIL, "h")

    def work(unit: orm.Session) -> None:
        unit.get_one(User, user.id).hashed_password = "half"
        unit.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        db.write(work)
    assert db.find_user_by(id=user.id).hashed_password == "h"
    db.update_user(user.id, hashed_password="n")


class _Deadlock(Exception):
    sqlstate = "40P01"


def _broken(cause: Exception) -> DBAPIError:
    return OperationalError("SELECT", {}, cause)


@pytest.mark.parametrize(
    "cause", [_Deadlock(), Exception(1213, "deadlock"), Exception(1205, "")]
)
def test_a_deadlock_runs_the_unit_again(db: DB, cause: Exception) -> None:
    runs = 0

    def work(unit: orm.Session) -> int:
        nonlocal runs
        runs += 1
        unit.add(User(email=f"{runs}@test.com", hashed_password="h"))
        unit.flush()
        if runs < 3:
            raise _broken(cause)
        return runs

    assert db.write(work) == 3
    count = text("SELECT count(*) FROM users")
    assert db.read(lambda unit: unit.scalar(count)) == 1


def test_not_for_ever(db: DB) -> None:
    runs = 0

    def work(_unit: orm.Session) -> None:
        nonlocal runs
        runs += 1
        raise _broken(_Deadlock())

    with pytest.raises(OperationalError):
        db.write(work)
    assert runs == 8


def test_nor_for_another_fault(db: DB) -> None:
    runs = 0

    def work(_unit: orm.Session) -> None:
        nonlocal runs
        runs += 1
        raise _broken(Exception("disk full"))

    with pytest.raises(OperationalError):
        db.write(work)
    assert runs == 1


def test_create_all_makes_what_is_missing(db: DB) -> None:
    db.add_user(EMAIL, "h")
    db.write(lambda unit: unit.execute(text("DROP TABLE mailbox")).close())
    db.create_all()
    db.create_all()
    assert db.find_user_by(id=1).email == EMAIL
    assert db.read(
        lambda unit: unit.scalar(text("SELECT count(*) FROM mailbox"))
    ) == 0
