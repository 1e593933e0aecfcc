"""Fresh proof of who somebody is."""

from datetime import timedelta

import pytest
from sqlalchemy import orm

from bienvenue import Auth, clock, session, sudo
from bienvenue.errors import (
    ReauthenticationRequired,
    SessionRequired,
    WrongPassword,
)
from bienvenue.session import Session
from bienvenue.session_check import SignedIn
from bienvenue.sudo import Renewed

BOB, WORD = "bob@example.com", "b4l0u"

pytestmark = pytest.mark.engine("sqlite")


def begin(auth: Auth) -> tuple[str, SignedIn]:
    """Sign in; return the session id and whose it is."""
    session_id = auth.log_in(BOB, WORD)
    return session_id, known(auth, session_id)


def known(auth: Auth, session_id: str) -> SignedIn:
    """Return who a session belongs to, which must be live."""
    found = auth.check_session(session_id)
    assert found is not None
    return found


def renew(auth: Auth, session_id: str, word: str = WORD) -> Renewed:
    """Give the password again."""
    user = known(auth, session_id)
    return sudo.renew(auth.db, auth.hasher, user, session_id, word)


def row(auth: Auth, user: SignedIn) -> Session:
    """Return the row of a session."""
    return auth.db.read(lambda unit: unit.get_one(Session, user.session))


@pytest.fixture
def auth(auth: Auth) -> Auth:
    """Two accounts."""
    auth.register_user(BOB, WORD)
    auth.register_user("eve@example.com", "3v3")
    return auth


@pytest.mark.requirement("V7.5.1")
def test_a_login_is_fresh_for_ten_minutes(auth: Auth) -> None:
    with clock.frozen() as now:
        _, user = begin(auth)
        now.advance(minutes=10, microseconds=-1)
        assert sudo.is_fresh(auth.db, user.session)
        sudo.require(auth.db, user)
        now.advance(microseconds=1)
        assert not sudo.is_fresh(auth.db, user.session)
        with pytest.raises(ReauthenticationRequired, match="reauth"):
            sudo.require(auth.db, user)
        assert sudo.is_fresh(auth.db, user.session, timedelta(minutes=11))
        now.advance(minutes=-11)
        assert not sudo.is_fresh(auth.db, user.session)
    assert not sudo.is_fresh(auth.db, user.session + 1)


@pytest.mark.requirement("V7.2.4", "NIST-63B-2.1.3")
def test_the_session_gets_a_new_id_and_no_longer_life(auth: Auth) -> None:
    with clock.frozen() as now:
        old, user = begin(auth)
        before = row(auth, user)
        now.advance(seconds=59)  # in a minute, its use moves the end on
        renewed = renew(auth, old)
        assert auth.check_session(old) is None
        assert known(auth, renewed.session_id).session == user.session
        after = row(auth, user)
        assert (after.created_at, after.expires_at, after.ends_at) == (
            before.created_at,
            before.expires_at,
            before.ends_at,
        )
        assert after.authenticated_at == clock.now()
        left = auth.settings.session_lifetime_seconds - 59
        assert renewed.seconds == left
        assert sudo.is_fresh(auth.db, user.session)


@pytest.mark.requirement("V7.5.1")
def test_it_wants_the_password_of_the_same_user(auth: Auth) -> None:
    old, user = begin(auth)
    for word in ("wrong", "3v3", ""):
        with pytest.raises(WrongPassword):
            renew(auth, old, word)
    assert known(auth, old) == user


def test_another_session_of_the_same_user_is_not_made_fresh(
    auth: Auth,
) -> None:
    with clock.frozen() as now:
        phone, on_phone = begin(auth)
        _, on_laptop = begin(auth)
        now.advance(minutes=11)
        renew(auth, phone)
        assert sudo.is_fresh(auth.db, on_phone.session)
        assert not sudo.is_fresh(auth.db, on_laptop.session)


def test_a_session_that_ended_meanwhile_is_not_revived(auth: Auth) -> None:
    old, user = begin(auth)
    auth.end_session(old)
    for session_id in (old, None, ""):
        with pytest.raises(SessionRequired):
            sudo.renew(auth.db, auth.hasher, user, session_id, WORD)
    assert auth.db.read(lambda unit: session.live(unit, user.id)) == []


def test_of_two_renewals_of_one_id_one_wins(auth: Auth) -> None:
    old, user = begin(auth)
    renewed = sudo.renew(auth.db, auth.hasher, user, old, WORD)
    with pytest.raises(SessionRequired):
        sudo.renew(auth.db, auth.hasher, user, old, WORD)
    assert auth.check_session(renewed.session_id)


def test_a_password_that_was_changed_meanwhile_is_no_proof(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, user = begin(auth)
    real = auth.hasher.verify_and_upgrade

    def meanwhile(word: str, hashed: str) -> tuple[bool, str | None]:
        found = real(word, hashed)
        auth.db.update_user(user.id, hashed_password=auth.hasher.hash("n3w"))
        return found

    monkeypatch.setattr(auth.hasher, "verify_and_upgrade", meanwhile)
    with pytest.raises(WrongPassword):
        renew(auth, old)
    monkeypatch.undo()
    assert known(auth, old) == user


def test_a_user_who_is_gone_has_no_session(auth: Auth) -> None:
    old, user = begin(auth)

    def remove(unit: orm.Session) -> None:
        unit.delete(unit.get_one(type(auth.db.find_user_by(id=1)), 1))

    class Gone:
        """A hasher that sees the account deleted while it works."""

        def verify_and_upgrade(self, word: str, stored: str) -> object:
            found = auth.hasher.verify_and_upgrade(word, stored)
            auth.db.write(remove)
            return found

    with pytest.raises(SessionRequired):
        # What stands in has the one method that is called.
        sudo.renew(auth.db, Gone(), user, old, WORD)  # type: ignore[arg-type]
