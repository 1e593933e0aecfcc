"""Whose address it is: asked in three ways, which agree about any text."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event

from bienvenue import DB, by_address

ODD: tuple[object, ...] = (
    "",
    " ",
    "@",
    "ann",
    "ann@",
    "ann@example.org",
    "\0",
    "ann@example.com\0",
    "\ud800@example.com",
    "a" * 100_000 + "@example.com",
    b"\xff\xfe",
    None,
    7,
    ["ann@example.com"],
)


@pytest.fixture
def db(db: DB) -> DB:
    """A database in which two people have accounts."""
    db.add_user("Ann@example.com", "h")
    db.add_user("jos\u00e9@example.com", "h")
    return db


def ids(db: DB, email: object) -> tuple[int | None, int | None, int | None]:
    """Return whom each way finds."""
    found, row = by_address.find(db, email), by_address.row(db, email)
    text = by_address.as_text(email)
    owner = db.read(lambda unit: by_address.owner_id(unit, text))
    return (
        None if found is None else found.id,
        None if row is None else row.id,
        owner,
    )


@pytest.mark.parametrize(
    ("email", "whose"),
    [
        ("Ann@example.com", 1),
        ("ann@EXAMPLE.com", 1),
        (b"ann@example.com", 1),
        ("jos\u00e9@example.com", 2),
        ("jose\u0301@example.com", 2),
        ("jos\u00e9@example.com".encode(), 2),
    ],
)
def test_all_ways_find_an_account(db: DB, email: object, whose: int) -> None:
    assert ids(db, email) == (whose, whose, whose)


@pytest.mark.parametrize("email", ODD, ids=lambda each: ascii(each)[:20])
def test_what_is_nobodys_is_an_answer(db: DB, email: object) -> None:
    assert ids(db, email) == (None, None, None)


@pytest.mark.engine("sqlite")
@given(email=st.text() | st.binary() | st.emails())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_all_ways_agree_and_none_raises(db: DB, email: object) -> None:
    assert len(set(ids(db, email))) == 1


@pytest.mark.requirement("V6.3.8")
@pytest.mark.parametrize("email", ["ann@example.com", "bob@example.com", ""])
def test_a_row_is_one_query_whatever_is_found(db: DB, email: str) -> None:
    """Nobody learns from the time it takes whether there is an account."""
    asked: list[str] = []

    def look(_: Any, __: Any, statement: str, *more: Any) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", look)
    try:
        by_address.row(db, email)
    finally:
        event.remove(db.engine, "before_cursor_execute", look)
    assert len([one for one in asked if one.startswith("SELECT")]) == 1
