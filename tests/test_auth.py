"""``Auth``, verb by verb, as the contract has it."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bienvenue import DB, Auth, BienvenueError, Settings, User, clock
from bienvenue import auth as auth_module
from bienvenue import login as login_module
from bienvenue.client import Client
from bienvenue.errors import (
    EmailTaken,
    InvalidAddress,
    InvalidCredentials,
    InvalidPassword,
    InvalidToken,
    PasswordTooShort,
    UnknownAddress,
)
from bienvenue.passwords import PasswordHasher
from tests import phrases

EMAIL, PASSWORD = "bob@example.com", "b4l0u"
NONSENSE = ["", "x", "\0", "\ud800", "é" * 5000, "' OR 1=1 --", "%", "_"]


@pytest.fixture
def auth() -> Iterator[Auth]:
    found = Auth(DB("sqlite://"), Settings(bcrypt_rounds=4))
    yield found
    found.close()


@pytest.fixture
def bob(auth: Auth) -> User:
    return auth.register_user(EMAIL, PASSWORD)


def test_it_works_with_no_arguments(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIENVENUE_BCRYPT_ROUNDS", "4")
    auth = Auth()
    auth.register_user(EMAIL, PASSWORD)
    auth.close()
    assert (tmp_path / "bienvenue.db").is_file()
    again = Auth()
    assert again.valid_login(EMAIL, PASSWORD)
    again.close()


def test_the_module_functions_of_old_scripts() -> None:
    hashed = auth_module._hash_password("Hello Holberton")
    assert isinstance(hashed, bytes)
    assert hashed.startswith(b"$2b$12$")
    assert bcrypt.checkpw(b"Hello Holberton", hashed)
    first, second = auth_module._generate_uuid(), auth_module._generate_uuid()
    assert first != second
    assert str(uuid.UUID(first)) == first


def test_a_user_is_registered(auth: Auth, bob: User) -> None:
    assert isinstance(bob, User)
    assert (bob.id, bob.email) == (1, EMAIL)
    assert bob.session_id is None
    assert bob.reset_token is None
    assert bcrypt.checkpw(PASSWORD.encode(), bob.hashed_password.encode())


def test_an_address_is_taken_once(auth: Auth, bob: User) -> None:
    for email in (EMAIL, EMAIL.upper()):
        with pytest.raises(ValueError, match=f"User {email[:3]}") as caught:
            auth.register_user(email, "other")
        assert isinstance(caught.value, EmailTaken)
        assert "already exists" in str(caught.value)
    assert not auth.valid_login(EMAIL, "other")


@pytest.mark.parametrize("email", [*NONSENSE, None, 7, b"bob@example.com"])
def test_what_is_no_address_is_not_registered(
    auth: Auth, email: str
) -> None:
    with pytest.raises(InvalidAddress):
        auth.register_user(email, PASSWORD)


@pytest.mark.parametrize("password", ["", "\ud800", b"", b"\xff", "x" * 1025])
def test_what_is_no_password_is_not_registered(
    auth: Auth, password: str | bytes
) -> None:
    with pytest.raises(InvalidPassword):
        auth.register_user(EMAIL, password)
    assert auth.create_session(EMAIL) is None


def test_valid_login_is_a_bool(auth: Auth, bob: User) -> None:
    assert auth.valid_login(EMAIL, PASSWORD) is True
    assert auth.valid_login(EMAIL.upper().encode(), b"b4l0u") is True
    assert auth.valid_login(EMAIL, "wrong") is False
    assert auth.valid_login("unknown@example.com", PASSWORD) is False


TEXTS = st.one_of(
    st.text(), st.binary(), st.text(st.characters(categories=["Cs", "Cc"]))
)


@settings(max_examples=150, deadline=None)
@given(email=TEXTS, password=TEXTS)
def test_valid_login_never_raises(
    email: str | bytes, password: str | bytes
) -> None:
    assert not SHARED.valid_login(email, password)
    assert not SHARED.valid_login(EMAIL, password)
    assert SHARED.create_session(email) is None


SHARED = Auth(DB("sqlite://"), Settings(bcrypt_rounds=4))


@pytest.fixture(scope="module", autouse=True)
def _shared() -> Iterator[None]:
    SHARED.register_user(EMAIL, "a password nothing generates")
    yield
    SHARED.close()


@pytest.mark.requirement("OWASP-CS-AUTH-1")
def test_an_unknown_address_costs_a_hash(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | bytes] = []
    monkeypatch.setattr(auth.hasher, "verify_dummy", asked.append)
    assert not auth.valid_login("unknown@example.com", PASSWORD)
    assert asked == [PASSWORD]


@pytest.mark.requirement("V11.2.2", "OWASP-CS-PWSTORE-2")
def test_an_old_hash_is_replaced_at_login(auth: Auth, bob: User) -> None:
    auth.db.update_user(
        bob.id, hashed_password=PasswordHasher(5).hash(PASSWORD)
    )
    assert not auth.valid_login(EMAIL, "wrong")
    assert auth.db.find_user_by(id=1).hashed_password.startswith("$2b$05$")
    assert auth.valid_login(EMAIL, PASSWORD)
    assert auth.db.find_user_by(id=1).hashed_password.startswith("$2b$04$")
    assert auth.log_in(EMAIL, PASSWORD)


def test_a_hash_that_changed_meanwhile_is_left_alone(
    auth: Auth, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The old password must not come back by way of an upgrade."""
    old = PasswordHasher(5).hash(PASSWORD)
    auth.db.update_user(bob.id, hashed_password=old)
    new = auth.hasher.hash("n3w")

    def meanwhile(password: str, hashed: str) -> tuple[bool, str | None]:
        monkeypatch.undo()
        auth.db.update_user(bob.id, hashed_password=new)
        return True, auth.hasher.hash(password)

    monkeypatch.setattr(auth.hasher, "verify_and_upgrade", meanwhile)
    with pytest.raises(InvalidCredentials):
        auth.log_in(EMAIL, PASSWORD)
    assert auth.db.find_user_by(id=1).hashed_password == new


@pytest.mark.requirement("V15.4.2")
def test_a_session_is_not_opened_for_a_password_that_changed(
    auth: Auth, bob: User
) -> None:
    """V7.4.3: a login that was under way when the password changed."""
    verified = login_module.verify_password(
        auth.db, auth.hasher, EMAIL, PASSWORD
    )
    assert verified is not None
    auth.update_password(auth.get_reset_password_token(EMAIL), "n3w")
    opened = login_module.open_session(
        auth.db, verified, auth.session_span, Client()
    )
    assert opened is None
    assert auth.db.find_user_by(id=1).session_id is None


def test_nor_for_an_account_that_is_gone(auth: Auth) -> None:
    gone = login_module.Verified(99, EMAIL, "h", proven=True)
    lifetime = auth.session_span
    assert not login_module.open_session(auth.db, gone, lifetime, Client())
    assert not login_module._replace_hash(auth.db, 99, "h", "i")


def test_a_session_is_created_and_found(auth: Auth, bob: User) -> None:
    session_id = auth.create_session(EMAIL)
    assert session_id is not None
    assert str(uuid.UUID(session_id)) == session_id
    user = auth.get_user_from_session_id(session_id)
    assert user is not None
    assert (user.id, user.email) == (bob.id, EMAIL)
    found = auth.check_session(session_id)
    assert found is not None
    assert (found.id, found.email) == (bob.id, EMAIL)
    assert auth.create_session("unknown@example.com") is None


@pytest.mark.requirement("V7.2.1")
@pytest.mark.parametrize("value", [*NONSENSE, None, 7, b"x", ["x"]])
def test_nonsense_is_nobodys_session(
    auth: Auth, bob: User, value: object
) -> None:
    auth.create_session(EMAIL)
    assert auth.get_user_from_session_id(value) is None
    assert auth.check_session(value) is None
    assert auth.end_session(value) is False


@pytest.mark.requirement("V7.2.1")
def test_a_session_id_is_taken_to_the_letter(auth: Auth, bob: User) -> None:
    """V7.2.1: re-cased, cut, padded and forged ids are nobody's."""
    raw = auth.log_in(EMAIL, PASSWORD)
    forged = raw[:-1] + ("0" if raw[-1] != "0" else "1")
    wrong = {raw.upper(), raw[:-1], raw + " ", raw.replace("-", ""), forged}
    for each in wrong - {raw}:
        assert auth.check_session(each) is None


def test_sessions_live_side_by_side(auth: Auth, bob: User) -> None:
    first, second = (auth.log_in(EMAIL, PASSWORD) for _ in range(2))
    assert first != second
    assert auth.end_session(first) is True
    assert auth.end_session(first) is False
    assert auth.check_session(first) is None
    assert auth.check_session(second) is not None


def test_every_session_of_a_user_is_destroyed(auth: Auth, bob: User) -> None:
    eve = auth.register_user("eve@example.com", PASSWORD)
    mine = [auth.create_session(EMAIL) for _ in range(3)]
    others = auth.create_session(eve.email)
    auth.destroy_session(bob.id)
    assert [auth.check_session(each) for each in mine] == [None] * 3
    assert auth.check_session(others) is not None
    auth.destroy_session(None)
    auth.destroy_session(404)
    auth.destroy_session(2**70)


@pytest.mark.requirement("V7.3.1", "NIST-63B-5.2")
def test_a_session_ends_with_its_time(auth: Auth, bob: User) -> None:
    with clock.frozen() as now:
        raw = auth.log_in(EMAIL, PASSWORD)
        lifetime = auth.settings.session_idle_seconds
        now.advance(seconds=lifetime, microseconds=-1)
        assert auth.get_user_from_session_id(raw) is not None
        now.advance(microseconds=1)
        assert auth.check_session(raw) is None
        assert auth.get_user_from_session_id(raw) is None
        assert auth.end_session(raw) is False


def test_a_password_is_reset(auth: Auth, bob: User) -> None:
    raw = auth.log_in(EMAIL, PASSWORD)
    token = auth.get_reset_password_token(EMAIL.upper())
    assert str(uuid.UUID(token)) == token
    assert auth.valid_login(EMAIL, PASSWORD)
    assert auth.check_session(raw) is not None
    auth.update_password(token, "n3w")
    assert auth.valid_login(EMAIL, "n3w")
    assert not auth.valid_login(EMAIL, PASSWORD)
    assert auth.check_session(raw) is None
    with pytest.raises(InvalidToken):
        auth.update_password(token, "again")


def test_a_new_token_supersedes_the_last(auth: Auth, bob: User) -> None:
    first = auth.get_reset_password_token(EMAIL)
    second = auth.get_reset_password_token(EMAIL)
    with pytest.raises(ValueError, match="token"):
        auth.update_password(first, "n3w")
    auth.update_password(second, "n3w")


@pytest.mark.requirement("OWASP-CS-FORGOT-8")
@pytest.mark.parametrize("token", [*NONSENSE, None, 7, ["x"], b"x"])
def test_nonsense_resets_nothing(
    auth: Auth, bob: User, token: str
) -> None:
    """OWASP-CS-FORGOT-8: also with and without a token outstanding."""
    for _ in range(2):
        with pytest.raises(InvalidToken):
            auth.update_password(token, "n3w")
        auth.get_reset_password_token(EMAIL)
    assert auth.valid_login(EMAIL, PASSWORD)


@pytest.mark.requirement("V2.2.3", "OWASP-CS-FORGOT-2")
def test_a_token_is_one_addresss(auth: Auth, bob: User) -> None:
    auth.register_user("eve@example.com", PASSWORD)
    token = auth.get_reset_password_token("eve@example.com")
    with pytest.raises(InvalidToken):
        auth.update_password(token, "n3w", email=EMAIL)
    assert auth.valid_login(EMAIL, PASSWORD)
    auth.update_password(token, "n3w", email="EVE@example.com")


@pytest.mark.requirement("NIST-63B-4.2.1.2", "OWASP-CS-FORGOT-2")
def test_a_token_ends_with_its_time(auth: Auth, bob: User) -> None:
    with clock.frozen() as now:
        token = auth.get_reset_password_token(EMAIL)
        now.advance(hours=1)
        with pytest.raises(InvalidToken):
            auth.update_password(token, "n3w")
        now.advance(microseconds=-1)
        auth.update_password(token, "n3w")


def test_a_refused_password_leaves_the_token(auth: Auth, bob: User) -> None:
    token = auth.get_reset_password_token(EMAIL)
    with pytest.raises(InvalidPassword):
        auth.update_password(token, "")
    auth.update_password(token, "n3w")


def test_an_unknown_address_has_no_token(auth: Auth) -> None:
    for email in ("unknown@example.com", "", b"\xff"):
        with pytest.raises(UnknownAddress) as caught:
            auth.get_reset_password_token(email)
        assert isinstance(caught.value, ValueError)
        assert isinstance(caught.value, BienvenueError)


@pytest.mark.requirement("V2.3.3")
def test_a_reset_is_whole_or_not_at_all(
    auth: Auth, bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """V2.3.3: a fault in the last step leaves everything as it was."""
    raw = auth.log_in(EMAIL, PASSWORD)
    token = auth.get_reset_password_token(EMAIL)

    def fail(*_: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("bienvenue.session.end_all", fail)
    with pytest.raises(RuntimeError):
        auth.update_password(token, "n3w")
    monkeypatch.undo()
    assert auth.valid_login(EMAIL, PASSWORD)
    assert auth.check_session(raw) is not None
    auth.update_password(token, "n3w")


@pytest.mark.requirement("NIST-63B-3.1.1.2-e")
def test_the_policy_of_production() -> None:
    auth = Auth(DB("sqlite://"), Settings(bcrypt_rounds=4, strict=True))
    for short in ("x" * 14, "\U0001f600" * 14, "e\u0301" * 14):
        with pytest.raises(PasswordTooShort):
            auth.register_user(EMAIL, short)
    auth.register_user(EMAIL, phrases.cut(phrases.EMOJI, 15))
    token = auth.get_reset_password_token(EMAIL)
    with pytest.raises(PasswordTooShort):
        auth.update_password(token, "x" * 14)
    fifteen = phrases.cut(phrases.ASCII, 15)
    auth.update_password(token, fifteen)
    assert auth.valid_login(EMAIL, fifteen)
    auth.close()
