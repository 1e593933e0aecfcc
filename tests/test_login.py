"""A login as steps: what each one makes of what happened meanwhile."""

from typing import Any

import pytest

from bienvenue import DB, Auth, by_address, clock, login, secret
from bienvenue.client import Client
from bienvenue.errors import InvalidCredentials
from bienvenue.passwords import PasswordHasher
from bienvenue.session import DEFAULT_SPAN, Session

EMAIL = "bob@example.com"
CHEAP, DEARER = PasswordHasher(4), PasswordHasher(5)


class Meddler(PasswordHasher):
    """A hasher during whose work somebody else changes the account."""

    def __init__(self, db: DB, **changes: Any) -> None:
        super().__init__(5)
        self.db, self.changes, self.calls = db, changes, 0

    def verify_and_upgrade(
        self, password: str | bytes, hashed: str | bytes
    ) -> tuple[bool, str | None]:
        found = super().verify_and_upgrade(password, hashed)
        self.calls += 1
        if self.calls == 1:
            self.db.update_user(1, **self.changes)
        return found


def test_an_old_hash_is_replaced_and_is_the_one_that_was_verified(
    db: DB,
) -> None:
    db.add_user(EMAIL, CHEAP.hash("pw"))
    verified = login.verify_password(db, DEARER, EMAIL, "pw")
    assert verified is not None
    stored = db.find_user_by(id=1).hashed_password
    assert stored == verified.hashed_password
    assert stored.startswith("$2b$05$")


def test_two_logins_may_replace_one_old_hash_at_once(db: DB) -> None:
    """The second finds the first one's hash, and still gets its session."""
    db.add_user(EMAIL, CHEAP.hash("pw"))
    meddler = Meddler(db, hashed_password=DEARER.hash("pw"))
    verified = login.verify_password(db, meddler, EMAIL, "pw")
    assert verified is not None
    assert meddler.calls == 2
    assert login.open_session(db, verified, DEFAULT_SPAN, Client())


def test_a_password_that_changed_under_way_is_the_one_that_counts(
    db: DB,
) -> None:
    db.add_user(EMAIL, CHEAP.hash("pw"))
    meddler = Meddler(db, hashed_password=DEARER.hash("other"))
    assert login.verify_password(db, meddler, EMAIL, "pw") is None
    assert DEARER.verify("other", db.find_user_by(id=1).hashed_password)


def test_a_login_never_puts_back_a_hash_that_was_reset_away(
    auth: Auth,
) -> None:
    """ASVS 7.4.3, between the check and the session."""
    auth.register_user(EMAIL, "old")
    verified = login.verify_password(auth.db, auth.hasher, EMAIL, "old")
    assert verified is not None
    token = auth.get_reset_password_token(EMAIL)
    auth.update_password(token, "new")
    opened = login.open_session(auth.db, verified, DEFAULT_SPAN, Client())
    assert opened is None
    with pytest.raises(InvalidCredentials):
        auth.log_in(EMAIL, "old")
    assert auth.log_in(EMAIL, "new")


@pytest.mark.parametrize(
    "typed",
    [
        "Ann@xn--bcher-kva.example",
        "ANN@b\u00fccher.example",
        "ann@B\u00dcCHER.Example".encode(),
    ],
)
def test_whoever_registers_is_found_by_what_was_typed(
    auth: Auth, typed: str | bytes
) -> None:
    """An international domain is stored decoded (RFC 5891)."""
    user = auth.register_user("ann@xn--bcher-kva.example", "pw")
    found = by_address.find(auth.db, typed)
    assert found is not None
    assert found.id == user.id
    assert auth.valid_login(typed, "pw")


def test_a_reset_takes_the_address_in_either_form(auth: Auth) -> None:
    typed = "ann@xn--bcher-kva.example"
    auth.register_user(typed, "pw")
    token = auth.get_reset_password_token(typed)
    auth.update_password(token, "new", email=typed)
    assert auth.valid_login(typed, "new")


def test_a_look_alike_finds_nobody(auth: Auth) -> None:
    """Unicode TR 36: the Kelvin sign is no k, though NFC makes it one."""
    auth.register_user("kate@example.com", "pw")
    assert by_address.find(auth.db, "\u212aate@example.com") is None


def test_a_session_keeps_what_the_client_showed_within_bounds(
    auth: Auth,
) -> None:
    auth.register_user(EMAIL, "pw")
    with clock.frozen():
        auth.log_in(EMAIL, "pw", Client("2001:db8::1", "a" * 999))
        auth.log_in(EMAIL, "pw", Client("x" * 99, ""))
        began = clock.now()
    rows = auth.db.read(
        lambda unit: unit.query(Session).order_by(Session.id).all()
    )
    assert [row.address for row in rows] == ["2001:db8::1", "x" * 45]
    assert [row.agent for row in rows] == ["a" * 255, None]
    assert {row.created_at for row in rows} == {began}
    assert {row.last_seen_at for row in rows} == {began}
    assert {row.expires_at for row in rows} == {began + DEFAULT_SPAN.idle}
    assert repr(rows[0]) == "<Session 1 of user 1>"


@pytest.mark.requirement("NIST-63B-5.1-a")
def test_an_id_is_made_once_the_password_was_found_right(
    auth: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not before, not for a wrong one, and not for a stranger."""
    auth.register_user(EMAIL, "pw")
    order: list[str] = []
    verify, make = PasswordHasher._match, secret.new_token

    def verified(
        self: PasswordHasher, password: str | bytes, hashed: str | bytes
    ) -> bytes | None:
        found = verify(self, password, hashed)
        order.append("verified" if found else "refused")
        return found

    def made() -> str:
        order.append("made")
        return make()

    monkeypatch.setattr(PasswordHasher, "_match", verified)
    monkeypatch.setattr(secret, "new_token", made)
    for email, password in ((EMAIL, "wrong"), ("eve@example.com", "pw")):
        with pytest.raises(InvalidCredentials):
            auth.log_in(email, password)
    assert order == ["refused", "refused"]
    assert auth.log_in(EMAIL, "pw")
    assert order[2:] == ["verified", "made"]
