"""A password that others are known to know opens nothing any more."""

from collections.abc import Iterator

import pytest

from bienvenue import DB, Auth, Settings, User, clock
from bienvenue.client import Client
from bienvenue.errors import (
    InvalidCredentials,
    PasswordChangeRequired,
    UserNotFound,
)
from bienvenue.login import open_session, verify_password

EMAIL, PASSWORD = "ada@example.com", "b4l0u"


@pytest.fixture
def auth() -> Iterator[Auth]:
    """Accounts of their own, with Ada's in it."""
    opened = Auth(DB("sqlite://"), Settings(bcrypt_rounds=4))
    opened.register_user(EMAIL, PASSWORD)
    yield opened
    opened.close()


def ada(auth: Auth) -> User:
    """Return her account as it is stored."""
    return auth.db.find_user_by(email=EMAIL)


@pytest.mark.requirement("NIST-63B-3.1.1.2-h")
def test_the_next_login_has_to_change_it(auth: Auth) -> None:
    open_before = auth.log_in(EMAIL, PASSWORD)
    with clock.frozen() as frozen:
        auth.mark_password_compromised(ada(auth).id)
        assert ada(auth).compromised_at == clock.now()
        frozen.advance(days=1)
        assert auth.check_session(open_before) is None
        assert not auth.valid_login(EMAIL, PASSWORD)
        with pytest.raises(PasswordChangeRequired):
            auth.log_in(EMAIL, PASSWORD)


@pytest.mark.requirement("NIST-63B-3.1.1.2-h")
def test_a_reset_ends_it(auth: Auth) -> None:
    auth.mark_password_compromised(ada(auth).id)
    token = auth.get_reset_password_token(EMAIL)
    auth.update_password(token, "t4rt1ne")
    assert ada(auth).compromised_at is None
    assert auth.log_in(EMAIL, "t4rt1ne")
    with pytest.raises(InvalidCredentials):
        auth.log_in(EMAIL, PASSWORD)


def test_a_wrong_password_is_not_told_of_it(auth: Auth) -> None:
    auth.mark_password_compromised(ada(auth).id)
    with pytest.raises(InvalidCredentials):
        auth.log_in(EMAIL, "wrong")


def test_a_login_on_its_way_is_stopped(auth: Auth) -> None:
    verified = verify_password(auth.db, auth.hasher, EMAIL, PASSWORD)
    assert verified is not None
    auth.mark_password_compromised(ada(auth).id)
    with pytest.raises(PasswordChangeRequired):
        open_session(auth.db, verified, auth.session_span, Client())
    assert ada(auth).session_id is None


@pytest.mark.requirement("NIST-63B-3.1.1.2-h")
def test_nothing_expires_by_itself(auth: Auth) -> None:
    """No forced periodic change: five years on it is as good."""
    with clock.frozen() as frozen:
        frozen.advance(days=5 * 366)
        assert auth.log_in(EMAIL, PASSWORD)


def test_nobody_to_mark(auth: Auth) -> None:
    with pytest.raises(UserNotFound):
        auth.mark_password_compromised(99)
