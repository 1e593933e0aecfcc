"""Who was shut out of an account has no way left into it.

A thief has had a session, and may have asked for a change of address, or
have a request in flight, when the owner or an operator acts.
"""

from collections.abc import Callable

import pytest

from bienvenue import Auth, clock
from bienvenue.client import Client
from bienvenue.errors import (
    InvalidToken,
    PasswordChangeRequired,
    SessionRequired,
)
from bienvenue.features.account.flow import Account
from bienvenue.features.email_change.flow import EmailChange
from bienvenue.features.email_change.undo import Undo
from bienvenue.features.verification.flow import Proof, Verification
from bienvenue.housekeeping import Housekeeper
from bienvenue.one_time_token import Purpose
from bienvenue.session_check import SignedIn
from tests import mailed

OWN, EVIL = "own@example.com", "evil@example.com"
PASSWORD, NEXT = "fifteen letters", "another fifteen"
CHANGE, UNDO = Purpose.CHANGE_EMAIL, Purpose.UNDO_EMAIL_CHANGE
Shut = Callable[[Auth], object]


@pytest.fixture
def auth(auth: Auth) -> Auth:
    """An account with a proven address."""
    auth.register_user(OWN, PASSWORD)
    mailed.verify(auth.db, OWN)
    return auth


@pytest.fixture
def thief(auth: Auth) -> SignedIn:
    """Somebody in a session that is not theirs."""
    return enter(auth)


def enter(auth: Auth, email: str = OWN) -> SignedIn:
    found = auth.check_session(auth.create_session(email))
    assert found is not None
    return found


def end_others(auth: Auth) -> None:
    Account(auth).end_other_sessions(enter(auth))


WAYS: list[Shut] = [
    lambda auth: auth.mark_password_compromised(1),
    lambda auth: auth.destroy_session(1),
    lambda auth: auth.disable_user(1),
    lambda auth: auth.update_password(
        auth.get_reset_password_token(OWN), NEXT
    ),
    end_others,
]


@pytest.mark.requirement("OWASP-CS-FORGOT-3", "V7.4.2", "V7.4.3")
@pytest.mark.parametrize("shut", WAYS)
def test_a_change_that_was_asked_for_is_void(
    auth: Auth, thief: SignedIn, shut: Shut
) -> None:
    EmailChange(auth).request(thief, EVIL)
    token = mailed.token(auth.db, CHANGE, OWN, EVIL)
    shut(auth)
    with pytest.raises(InvalidToken):
        EmailChange(auth).confirm(token)


@pytest.mark.requirement("V7.4.1", "V15.4.2")
@pytest.mark.parametrize("shut", WAYS)
def test_a_request_in_flight_comes_too_late(
    auth: Auth, thief: SignedIn, shut: Shut
) -> None:
    """Its session was checked before it ended."""
    shut(auth)
    with pytest.raises(SessionRequired):
        EmailChange(auth).request(thief, EVIL)
    with pytest.raises(SessionRequired):
        EmailChange(auth).choose_language(thief, "fr")
    with pytest.raises(SessionRequired):
        Account(auth).delete(thief)
    with pytest.raises(SessionRequired):
        Account(auth).end_other_sessions(thief)
    assert mailed.subjects(auth.db, CHANGE) == []


def test_a_password_is_not_changed_from_a_session_that_ended(
    auth: Auth, thief: SignedIn
) -> None:
    auth.destroy_session(1)
    with pytest.raises(SessionRequired):
        Account(auth).change_password(thief, PASSWORD, NEXT, Client())
    assert auth.valid_login(OWN, PASSWORD)


@pytest.mark.requirement("NIST-63B-3.1.1.2-h")
def test_a_compromised_password_is_changed_by_mail_alone(
    auth: Auth,
) -> None:
    auth.mark_password_compromised(1)
    inside = enter(auth)  # on a caller's own word, with no password
    with pytest.raises(PasswordChangeRequired):
        Account(auth).change_password(inside, PASSWORD, NEXT, Client())
    assert auth.db.find_user_by(id=1).compromised_at is not None


def test_an_account_that_is_gone_has_no_session(
    auth: Auth, thief: SignedIn
) -> None:
    auth.delete_user(1)
    with pytest.raises(SessionRequired):
        EmailChange(auth).request(thief, EVIL)
    with pytest.raises(SessionRequired):
        Account(auth).delete(thief)
    with pytest.raises(SessionRequired):
        Account(auth).export(thief)


@pytest.mark.requirement("OWASP-CS-AUTH-2")
def test_the_way_back_survives_an_operator_s_help(
    auth: Auth, thief: SignedIn
) -> None:
    """The account was moved and is shut; its owner still gets it back."""
    EmailChange(auth).request(thief, EVIL)
    EmailChange(auth).confirm(mailed.token(auth.db, CHANGE, OWN, EVIL))
    back = mailed.token(auth.db, UNDO, EVIL, OWN)
    auth.disable_user(1)
    auth.enable_user(1)
    assert Undo(auth).undo(back) == OWN


@pytest.mark.requirement("OWASP-CS-AUTH-2")
def test_going_back_calls_a_deletion_off(
    auth: Auth, thief: SignedIn
) -> None:
    EmailChange(auth).request(thief, EVIL)
    EmailChange(auth).confirm(mailed.token(auth.db, CHANGE, OWN, EVIL))
    back = mailed.token(auth.db, UNDO, EVIL, OWN)
    Account(auth).delete(enter(auth, EVIL))
    Undo(auth).undo(back)
    with clock.frozen() as time:
        time.advance(days=30)
        Housekeeper(auth.db).tidy()
    assert auth.db.find_user_by(id=1).email == OWN


@pytest.mark.requirement("OWASP-CS-EMAIL-1")
def test_mail_to_the_address_before_verifies_nothing(auth: Auth) -> None:
    user = auth.register_user("before@example.com", PASSWORD)
    token, _ = mailed.link_and_code(auth.db, "before@example.com")
    auth.db.update_user(user.id, email="after@example.com")
    with pytest.raises(InvalidToken):
        Verification(auth).by_link(token, Proof(None, NEXT))
    assert auth.db.find_user_by(id=user.id).verified_at is None
