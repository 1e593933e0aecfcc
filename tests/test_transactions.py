"""An operation is whole or not at all: a fault after each of its statements.

OWASP ASVS 2.3.3.  The fault is raised inside the database's own events, so
nothing above the engine knows of it beforehand.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bienvenue import DB, Auth, Settings
from bienvenue.client import Client
from bienvenue.courier import Courier
from bienvenue.features.account.flow import Account
from tests.web.support import BOB, EVE, kept

EMAIL, PASSWORD = BOB["email"], BOB["password"]
NEW = "another long and quiet morning"
Operation = Callable[[Auth, str, str], object]


def register(auth: Auth, _session_id: str, _token: str) -> object:
    return auth.register_user(EVE, PASSWORD)


def log_in(auth: Auth, _session_id: str, _token: str) -> object:
    return auth.log_in(EMAIL, PASSWORD)


def log_out(auth: Auth, session_id: str, _token: str) -> object:
    return auth.end_session(session_id)


def log_out_everywhere(auth: Auth, _session_id: str, _token: str) -> object:
    auth.destroy_session(1)
    return True


def hand_out_a_token(auth: Auth, _session_id: str, _token: str) -> object:
    return auth.get_reset_password_token(EMAIL)


def ask_for_a_letter(auth: Auth, _session_id: str, _token: str) -> object:
    auth.request_password_reset(EMAIL)
    return True


def reset(auth: Auth, _session_id: str, token: str) -> object:
    auth.update_password(token, NEW)
    return True


def change(auth: Auth, session_id: str, _token: str) -> object:
    user = auth.check_session(session_id)
    assert user is not None
    account = Account(auth)
    return account.change_password(user, PASSWORD, NEW, Client())


def end_other_sessions(auth: Auth, session_id: str, _token: str) -> object:
    user = auth.check_session(session_id)
    assert user is not None
    Account(auth).end_other_sessions(user)
    return True


OPERATIONS = [
    register,
    log_in,
    log_out,
    log_out_everywhere,
    hand_out_a_token,
    ask_for_a_letter,
    reset,
    change,
    end_other_sessions,
]


class Fault(Exception):
    """Stands for whatever can go wrong between two statements."""


@contextmanager
def failing(engine: Engine, at: int) -> Iterator[None]:
    """Raise after the nth statement, that of beginning included."""
    count = 0

    def after(*_: Any) -> None:
        nonlocal count
        count += 1
        if count == at:
            raise Fault

    event.listen(engine, "after_cursor_execute", after)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", after)


@pytest.fixture
def auth() -> Iterator[Auth]:
    with DB("sqlite://") as db:
        yield Auth(db, Settings(bcrypt_rounds=4))


def prepared(auth: Auth) -> tuple[str, str]:
    """Make an account with two sessions and a token in force."""
    auth.register_user(EMAIL, PASSWORD)
    auth.log_in(EMAIL, PASSWORD)
    session_id = auth.log_in(EMAIL, PASSWORD)
    return session_id, auth.get_reset_password_token(EMAIL)


@pytest.mark.requirement("V2.3.3")
@pytest.mark.parametrize(
    "operation", OPERATIONS, ids=lambda each: each.__name__
)
def test_a_fault_after_any_statement_changes_nothing(
    auth: Auth, operation: Operation
) -> None:
    session_id, token = prepared(auth)
    before = kept(auth.db)
    faults = 0
    for number in range(1, 40):
        try:
            with failing(auth.db.engine, number):
                assert operation(auth, session_id, token)
            break
        except Fault:
            faults += 1
            assert kept(auth.db) == before, f"after statement {number}"
    assert 1 <= faults < 39
    assert kept(auth.db) != before


@pytest.mark.requirement("V2.3.3")
def test_a_letter_that_fails_half_way_makes_no_token(auth: Auth) -> None:
    auth.register_user(EMAIL, PASSWORD)
    auth.request_password_reset(EMAIL)
    before = kept(auth.db)
    courier = Courier(auth.db, auth.settings)
    for number in range(1, 6):
        with pytest.raises(Fault), failing(auth.db.engine, number):
            courier.deliver_due()
        assert kept(auth.db) == before
    assert courier.deliver_due() == 1
    assert kept(auth.db)["one_time_tokens"]
