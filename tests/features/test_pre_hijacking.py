"""An account that somebody makes with another's address, beforehand.

The variants of Sudhodanan and Paverd, "Pre-hijacked Accounts" (2022), as
far as there is no sign-in through others yet: whatever the attacker left in
an account, once the owner of the address has it, it opens nothing.
"""

from typing import Any

import pytest

from bienvenue import DB, Auth, Settings
from bienvenue.errors import InvalidCredentials, InvalidToken
from bienvenue.features.email_change.flow import EmailChange
from bienvenue.features.verification.flow import Proof, Verification
from bienvenue.one_time_token import Purpose
from bienvenue.session_check import SignedIn
from tests import mailed

VICTIM, ATTACKER = "victim@example.com", "attacker@example.com"
TRAP, OWN = "the trap is set", "my own long password"

# With verification asked for, and without: then the attacker gets in, too.
pytestmark = pytest.mark.parametrize("wanted", [True, False])


def house(db: DB, *, wanted: bool) -> Auth:
    """Return accounts among which the attacker was first."""
    settings: dict[str, Any] = {
        "bcrypt_rounds": 4,
        "strict": True,
        "require_verified_email": wanted,
    }
    auth = Auth(db, Settings(**settings))
    auth.sign_up(VICTIM, TRAP)
    return auth


def by_link(auth: Auth) -> None:
    """The victim signs up, and opens the link of that mail."""
    auth.sign_up(VICTIM, OWN)
    link, _ = mailed.link_and_code(auth.db, VICTIM)
    Verification(auth).by_link(link, Proof(password=OWN))


def by_reset(auth: Auth) -> None:
    """The victim takes what is there for an account of theirs."""
    token = mailed.token(auth.db, Purpose.RESET_PASSWORD, VICTIM)
    auth.update_password(token, OWN, email=VICTIM)


WAYS = pytest.mark.parametrize("recover", [by_link, by_reset])


def assert_the_victims(auth: Auth) -> None:
    """See that the account is proven, and its only way in the victim's."""
    assert auth.db.find_user_by(email=VICTIM).verified_at
    assert auth.log_in(VICTIM, OWN)
    with pytest.raises(InvalidCredentials):
        auth.log_in(VICTIM, TRAP)


def own(auth: Auth, session_id: str | None) -> SignedIn:
    found = auth.check_session(session_id)
    assert found is not None
    return found


@WAYS
def test_the_password_that_was_set_before(
    db: DB, recover: Any, *, wanted: bool
) -> None:
    auth = house(db, wanted=wanted)
    recover(auth)
    assert_the_victims(auth)


@WAYS
def test_a_session_that_was_begun_before(
    db: DB, recover: Any, *, wanted: bool
) -> None:
    """Unexpired session identifier."""
    auth = house(db, wanted=wanted)
    session_id = auth.create_session(VICTIM)
    recover(auth)
    assert auth.check_session(session_id) is None
    assert_the_victims(auth)


@WAYS
def test_a_change_of_address_that_was_asked_for_before(
    db: DB, recover: Any, *, wanted: bool
) -> None:
    """Unexpired e-mail change."""
    auth = house(db, wanted=wanted)
    change = EmailChange(auth)
    change.request(own(auth, auth.create_session(VICTIM)), ATTACKER)
    token = mailed.token(db, Purpose.CHANGE_EMAIL, VICTIM, ATTACKER)
    recover(auth)
    with pytest.raises(InvalidToken):
        change.confirm(token)
    assert_the_victims(auth)


@WAYS
def test_a_reset_that_was_asked_for_before(
    db: DB, recover: Any, *, wanted: bool
) -> None:
    auth = house(db, wanted=wanted)
    token = auth.get_reset_password_token(VICTIM)
    recover(auth)
    with pytest.raises(InvalidToken):
        auth.update_password(token, TRAP)
    assert_the_victims(auth)


@WAYS
def test_an_address_that_the_account_had_before(
    db: DB, recover: Any, *, wanted: bool
) -> None:
    """Trojan identifier: no way back for one that was never proven."""
    auth = Auth(db, Settings(bcrypt_rounds=4, strict=True))
    del wanted
    auth.sign_up(ATTACKER, TRAP)
    change = EmailChange(auth)
    change.request(own(auth, auth.create_session(ATTACKER)), VICTIM)
    token = mailed.token(db, Purpose.CHANGE_EMAIL, ATTACKER, VICTIM)
    change.confirm(token)  # the victim is led to open the link
    assert mailed.subjects(db, Purpose.UNDO_EMAIL_CHANGE) == []
    recover(auth) if recover is by_reset else by_reset(auth)
    assert_the_victims(auth)


def test_a_link_that_the_victim_opens_for_the_attacker(
    db: DB, *, wanted: bool
) -> None:
    """The mail came unasked; what the victim types counts, not the trap."""
    auth = house(db, wanted=wanted)
    link, _ = mailed.link_and_code(db, VICTIM)
    session_id = auth.create_session(VICTIM)
    Verification(auth).by_link(link, Proof(password=OWN))
    assert auth.check_session(session_id) is None
    assert_the_victims(auth)


def test_a_stranger_signs_up_between_the_mail_and_its_link(
    db: DB, *, wanted: bool
) -> None:
    auth = Auth(
        db,
        Settings(
            bcrypt_rounds=4, strict=True, require_verified_email=wanted
        ),
    )
    auth.sign_up(VICTIM, OWN)
    auth.sign_up(VICTIM, TRAP)
    link, code = mailed.link_and_code(db, VICTIM)
    with pytest.raises(InvalidToken):
        Verification(auth).by_code(VICTIM, code, Proof(password=TRAP))
    Verification(auth).by_link(link, Proof(password=OWN))
    assert_the_victims(auth)


def test_the_attacker_cannot_verify_what_they_cannot_read(
    db: DB, *, wanted: bool
) -> None:
    """A token handed to a caller, not mailed, proves no mailbox."""
    auth = house(db, wanted=wanted)
    auth.update_password(auth.get_reset_password_token(VICTIM), TRAP)
    assert auth.db.find_user_by(email=VICTIM).verified_at is None
    db.update_user(1, reset_token="chosen by hand")
    auth.update_password("chosen by hand", TRAP)
    assert auth.db.find_user_by(email=VICTIM).verified_at is None
