"""Verifying an address: by link, by code, and by nothing else."""

import pytest

from bienvenue import DB, Auth, Settings, clock
from bienvenue.errors import (
    InvalidPassword,
    InvalidToken,
    MailOff,
    PasswordTooShort,
)
from bienvenue.features.verification.flow import Proof, Verification
from bienvenue.one_time_token import MAX_FAILURES, Purpose
from bienvenue.session_check import SignedIn
from tests import mailed

BOB, EVE = "bob@example.com", "eve@example.com"
PASSWORD, OTHER = "fifteen letters", "another fifteen"
OWN = Proof(password=PASSWORD)


@pytest.fixture
def auth(db: DB) -> Auth:
    """Production's rules, and two accounts to verify."""
    auth = Auth(db, Settings(bcrypt_rounds=4, strict=True))
    for email in (BOB, EVE):
        auth.sign_up(email, PASSWORD)
    return auth


@pytest.fixture
def verification(auth: Auth) -> Verification:
    """The verbs that are tested."""
    return Verification(auth)


def is_verified(auth: Auth, email: str = BOB) -> bool:
    return auth.db.find_user_by(email=email).verified_at is not None


def signed_in(auth: Auth, email: str) -> SignedIn:
    found = auth.check_session(auth.create_session(email))
    assert found is not None
    return found


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


def test_by_link_and_password(auth: Auth, verification: Verification) -> None:
    link, _ = mailed.link_and_code(auth.db, BOB)
    assert verification.waiting(link) == BOB
    assert not is_verified(auth)
    assert verification.by_link(link, OWN) == BOB
    assert is_verified(auth)
    assert not is_verified(auth, EVE)
    assert auth.log_in(BOB, PASSWORD)


def test_by_link_and_session(auth: Auth, verification: Verification) -> None:
    session = signed_in(auth, BOB)
    link, _ = mailed.link_and_code(auth.db, BOB)
    assert verification.by_link(link, Proof(session)) == BOB
    assert is_verified(auth)
    assert auth.valid_login(BOB, PASSWORD)


def test_by_code(auth: Auth, verification: Verification) -> None:
    _, code = mailed.link_and_code(auth.db, BOB)
    assert verification.by_code("BOB@example.com", code, OWN) == BOB
    assert is_verified(auth)
    _, code = mailed.link_and_code(auth.db, EVE)
    session = Proof(signed_in(auth, EVE))
    assert verification.by_code(EVE, code, session) == EVE


@pytest.mark.requirement("OWASP-CS-EMAIL-1")
def test_tokens_that_are_none(auth: Auth, verification: Verification) -> None:
    """Blank, unknown, used, superseded, expired, of another purpose."""
    used, _ = mailed.link_and_code(auth.db, EVE)
    verification.by_link(used, OWN)
    older, _ = mailed.link_and_code(auth.db, BOB)
    newer, _ = mailed.link_and_code(auth.db, BOB)
    reset = mailed.token(auth.db, Purpose.RESET_PASSWORD, BOB)
    for token in ("", " ", "None", used, older, reset, newer.upper() + "x"):
        with pytest.raises(InvalidToken):
            verification.by_link(token, OWN)
    with clock.frozen() as stopped:
        stopped.advance(hours=25)
        with pytest.raises(InvalidToken):
            verification.by_link(newer, OWN)
        assert verification.waiting(newer) is None
    assert not is_verified(auth)
    assert verification.by_link(newer, OWN) == BOB


@pytest.mark.requirement("OWASP-CS-EMAIL-1")
def test_a_token_verifies_its_own_user_only(
    auth: Auth, verification: Verification
) -> None:
    link, code = mailed.link_and_code(auth.db, EVE)
    session = Proof(signed_in(auth, BOB))
    with pytest.raises(InvalidToken):
        verification.by_code(BOB, code, session)
    with pytest.raises(InvalidPassword):
        verification.by_link(link, session)  # BOB's session is no proof
    assert verification.by_link(link, OWN) == EVE
    assert not is_verified(auth, BOB)


def test_a_link_alone_verifies_nothing(
    auth: Auth, verification: Verification
) -> None:
    link, code = mailed.link_and_code(auth.db, BOB)
    with pytest.raises(InvalidPassword):
        verification.by_link(link, Proof())
    with pytest.raises(InvalidToken):
        verification.by_code(BOB, code, Proof())
    assert not is_verified(auth)
    assert verification.by_link(link, OWN) == BOB


def test_a_session_that_has_ended_proves_nothing(
    auth: Auth, verification: Verification
) -> None:
    stale = signed_in(auth, BOB)
    auth.destroy_session(stale.id)
    link, _ = mailed.link_and_code(auth.db, BOB)
    with pytest.raises(InvalidToken):
        verification.by_link(link, Proof(stale))
    assert verification.by_link(link, OWN) == BOB


def test_another_password_becomes_the_accounts(
    auth: Auth, verification: Verification
) -> None:
    session_id = auth.create_session(BOB)
    link, _ = mailed.link_and_code(auth.db, BOB)
    with pytest.raises(PasswordTooShort):
        verification.by_link(link, Proof(password="short"))
    assert auth.check_session(session_id)
    verification.by_link(link, Proof(password=OTHER))
    assert not auth.valid_login(BOB, PASSWORD)
    assert auth.valid_login(BOB, OTHER)
    assert auth.check_session(session_id) is None


def test_the_own_password_ends_no_session(
    auth: Auth, verification: Verification
) -> None:
    session_id = auth.create_session(BOB)
    link, _ = mailed.link_and_code(auth.db, BOB)
    verification.by_link(link, OWN)
    assert auth.check_session(session_id)


def test_a_code_gives_nobody_an_account(
    auth: Auth, verification: Verification
) -> None:
    """Six digits can be guessed: they never replace a password."""
    _, code = mailed.link_and_code(auth.db, BOB)
    for proof in (Proof(password=OTHER), Proof(signed_in(auth, EVE))):
        with pytest.raises(InvalidToken):
            verification.by_code(BOB, code, proof)
    assert auth.valid_login(BOB, PASSWORD)
    assert verification.by_code(BOB, code, OWN) == BOB


def test_wrong_codes_and_wrong_passwords_count_alike(
    auth: Auth, verification: Verification
) -> None:
    link, code = mailed.link_and_code(auth.db, BOB)
    for number in range(MAX_FAILURES):
        wrong_code = number % 2 == 0
        given = another(code) if wrong_code else code
        proof = OWN if wrong_code else Proof(password=OTHER)
        with pytest.raises(InvalidToken):
            verification.by_code(BOB, given, proof)
    with pytest.raises(InvalidToken):
        verification.by_code(BOB, code, OWN)
    assert verification.by_link(link, OWN) == BOB


def test_codes_of_accounts_there_are_not(verification: Verification) -> None:
    for email in ("unknown@example.com", "no address", ""):
        with pytest.raises(InvalidToken):
            verification.by_code(email, "123456", OWN)


@pytest.mark.requirement("UTR36-confusable")
@pytest.mark.parametrize(
    "email",
    [
        "\u212aiss@example.com",  # Kelvin sign
        "k\u0131ss@example.com",  # dotless i
        "ki\u017fs@example.com",  # long s
        "kiss\uff20example.com",  # full-width @
        "\u043aiss@example.com",  # Cyrillic k
    ],
)
def test_a_look_alike_is_not_verified_by_anothers_code(
    auth: Auth, verification: Verification, email: str
) -> None:
    auth.sign_up("kiss@example.com", PASSWORD)
    _, code = mailed.link_and_code(auth.db, "kiss@example.com")
    with pytest.raises(InvalidToken):
        verification.by_code(email, code, OWN)
    assert not is_verified(auth, "kiss@example.com")
    before = len(mailed.letters(auth.db))
    verification.ask(email)
    assert mailed.letters(auth.db)[before:] == [("verify_email", email)]
    assert verification.by_code("KISS@example.com", code, OWN)


def test_a_verified_address_stays_so_since_its_first_proof(
    auth: Auth, verification: Verification
) -> None:
    link, _ = mailed.link_and_code(auth.db, BOB)
    verification.by_link(link, OWN)
    first = auth.db.find_user_by(email=BOB).verified_at
    token = mailed.token(auth.db, Purpose.RESET_PASSWORD, BOB)
    auth.update_password(token, OTHER)
    assert auth.db.find_user_by(email=BOB).verified_at == first


def test_asking_again_is_one_letter_for_any_address(
    auth: Auth, verification: Verification
) -> None:
    mailed.verify(auth.db, EVE)
    before = len(mailed.letters(auth.db))
    for email in ("BOB@example.com", EVE, "unknown@example.com"):
        verification.ask(email)
    assert mailed.letters(auth.db)[before:] == [
        ("verify_email", BOB),
        ("verify_email", EVE),
        ("verify_email", "unknown@example.com"),
    ]


def test_asking_where_mail_is_off(db: DB) -> None:
    auth = Auth(db, Settings(bcrypt_rounds=4, mail="off"))
    with pytest.raises(MailOff):
        Verification(auth).ask(BOB)


def test_an_address_that_an_operator_changes_is_to_be_proved(
    auth: Auth,
) -> None:
    mailed.verify(auth.db, BOB)
    user = auth.db.find_user_by(email=BOB)
    auth.db.update_user(user.id, email="Bob@example.com")
    assert is_verified(auth)
    auth.db.update_user(user.id, email="bobby@example.com")
    assert not is_verified(auth, "bobby@example.com")


def test_a_proof_shows_nothing() -> None:
    assert PASSWORD not in repr(OWN)
