"""An account that is deleted while something is done to it."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import orm

from bienvenue import Auth, User
from bienvenue.errors import InvalidToken, UnknownAddress

EMAIL = "bob@example.com"
Vanish = Callable[[], None]


@pytest.fixture
def auth(auth: Auth) -> Auth:
    """The use cases over a database with one account."""
    auth.register_user(EMAIL, "pw")
    return auth


@pytest.fixture
def vanish(auth: Auth, monkeypatch: pytest.MonkeyPatch) -> Vanish:
    """Has the account deleted between what was read and the next write."""
    write = auth.db.write

    def delete(unit: orm.Session) -> None:
        user = unit.get(User, 1)
        if user is not None:
            unit.delete(user)

    def late(work: Callable[[orm.Session], Any]) -> Any:
        write(delete)
        return write(work)

    return lambda: monkeypatch.setattr(auth.db, "write", late)


def test_it_gets_no_session(auth: Auth, vanish: Vanish) -> None:
    vanish()
    assert auth.create_session(EMAIL) is None


def test_it_gets_no_reset_token(auth: Auth, vanish: Vanish) -> None:
    vanish()
    with pytest.raises(UnknownAddress):
        auth.get_reset_password_token(EMAIL)


def test_its_reset_token_counts_no_more(auth: Auth, vanish: Vanish) -> None:
    token = auth.get_reset_password_token(EMAIL)
    vanish()
    with pytest.raises(InvalidToken):
        auth.update_password(token, "new")


def test_its_sessions_need_no_end(auth: Auth, vanish: Vanish) -> None:
    session_id = auth.create_session(EMAIL)
    vanish()
    auth.destroy_session(1)
    assert auth.check_session(session_id) is None
    assert auth.get_user_from_session_id(session_id) is None
