"""What an account takes for its attributes, and what it refuses."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, ProgrammingError

from bienvenue import DB, User, clock, secret
from bienvenue.errors import EmailTaken, UnknownAttribute
from bienvenue.user import accepted

LONE = "half\ud800"


def test_ascii_bytes_are_text() -> None:
    assert accepted({"hashed_password": b"$2b$", "email": "a@b.c"}) == {
        "hashed_password": "$2b$",
        "email": "a@b.c",
    }


def test_what_a_user_can_be_without_may_be_none() -> None:
    nothing = {"session_id": None, "reset_token": None}
    assert accepted(nothing) == nothing


@pytest.mark.parametrize("name", ["email", "hashed_password", "session_id"])
@pytest.mark.parametrize(
    "value", ["", "a\0secret", LONE, b"\xffsecret", 5, ["secret"], True]
)
def test_other_values_are_refused_and_not_repeated(
    db: DB, name: str, value: Any
) -> None:
    user = db.add_user("bob@example.com", "h")
    with pytest.raises(UnknownAttribute) as caught:
        db.update_user(user.id, **{name: value})
    assert str(caught.value) == f"{name} must be text, and not empty"
    assert caught.value.__cause__ is None
    found = db.find_user_by(id=user.id)
    assert (found.email, found.hashed_password) == ("bob@example.com", "h")
    assert found.session_id is None


def test_what_no_column_holds_is_refused() -> None:
    with pytest.raises(UnknownAttribute, match="email is too long"):
        accepted({"email": "x" * 321})
    with pytest.raises(UnknownAttribute, match="hashed_password is too long"):
        accepted({"hashed_password": "x" * 513})
    assert accepted({"session_id": "x" * 9999})


@pytest.mark.parametrize(
    "values", [(None, "h"), ("a@b.c", None), ("", "h"), (LONE, "h")]
)
def test_a_user_without_an_address_or_a_hash_is_refused(
    db: DB, values: tuple[Any, Any]
) -> None:
    """Not by ``EmailTaken``, which every refusal of the table once was."""
    with pytest.raises(ValueError, match="must be text") as caught:
        db.add_user(*values)
    assert not isinstance(caught.value, EmailTaken)


def test_an_id_that_is_set_again_begins_anew(db: DB) -> None:
    user = db.add_user("bob@example.com", "h")
    raw = secret.new_token()
    with clock.frozen() as stopped:
        db.update_user(user.id, session_id=raw, reset_token=raw)
        stopped.advance(days=6)
        db.update_user(user.id, session_id=raw, reset_token=raw)
        stopped.advance(minutes=59)
        assert db.find_user_by(session_id=raw, reset_token=raw).id == user.id
        stopped.advance(days=6)
        assert db.find_user_by(session_id=raw).id == user.id


@pytest.mark.parametrize("name", ["session_id", "reset_token"])
def test_another_users_secret_is_not_given(db: DB, name: str) -> None:
    one = db.add_user("one@example.com", "h")
    other = db.add_user("other@example.com", "h")
    raw = secret.new_token()
    db.update_user(one.id, **{name: raw})
    with pytest.raises(UnknownAttribute, match=f"{name} is in use") as caught:
        db.update_user(other.id, hashed_password="n", **{name: raw})
    assert raw not in str(caught.value)
    assert db.find_user_by(**{name: raw}).id == one.id
    assert db.find_user_by(id=other.id).hashed_password == "h"


def test_a_broken_database_is_no_bad_question(db: DB) -> None:
    """Nor an unknown user: a login must not take it for one."""
    db.write(lambda unit: unit.execute(text("DROP TABLE sessions")).close())
    with pytest.raises((OperationalError, ProgrammingError)):
        db.find_user_by(id=1)


def test_an_account_shows_no_address_in_a_log(db: DB) -> None:
    user = db.add_user("bob@example.com", "h")
    assert repr(user) == "<User 1>"
    assert isinstance(user, User)
