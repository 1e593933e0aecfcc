"""What the steps of a login answer, to the letter."""

from typing import Any

import pytest

from bienvenue import DB, by_address, login
from bienvenue.client import Client
from bienvenue.login import Verified
from bienvenue.passwords import PasswordHasher
from bienvenue.session import DEFAULT_SPAN

EMAIL = "bob@example.com"
CHEAP, DEARER = PasswordHasher(4), PasswordHasher(5)


class Counting(PasswordHasher):
    """A hasher that counts how often it verifies."""

    calls = 0

    def verify_and_upgrade(
        self, password: str | bytes, hashed: str | bytes
    ) -> tuple[bool, str | None]:
        self.calls += 1
        return super().verify_and_upgrade(password, hashed)


def test_who_was_verified_is_named_with_the_hash_that_counts(db: DB) -> None:
    db.add_user("ann@example.com", CHEAP.hash("pw"))
    user = db.add_user(EMAIL, CHEAP.hash("pw"))
    assert login.verify_password(db, CHEAP, EMAIL.upper(), "pw") == Verified(
        user.id, EMAIL, user.hashed_password
    )
    upgraded = login.verify_password(db, DEARER, EMAIL.upper(), "pw")
    stored = db.find_user_by(id=user.id).hashed_password
    assert upgraded == Verified(user.id, EMAIL, stored)


def test_an_upgrade_costs_one_verification(db: DB) -> None:
    db.add_user(EMAIL, CHEAP.hash("pw"))
    hasher = Counting(5)
    assert login.verify_password(db, hasher, EMAIL, "pw")
    assert hasher.calls == 1


@pytest.mark.parametrize(
    "email", [None, 7, "", b"", b"\xff", "bob", "eve@example.com", [EMAIL]]
)
def test_nobody_is_nobody(db: DB, email: Any) -> None:
    db.add_user(EMAIL, CHEAP.hash("pw"))
    assert by_address.find(db, email) is None
    assert login.verify_password(db, CHEAP, email, "pw") is None


def test_a_password_that_is_wrong_or_gone_opens_nothing(db: DB) -> None:
    user = db.add_user(EMAIL, CHEAP.hash("pw"))
    assert login.verify_password(db, CHEAP, EMAIL, "other") is None
    for verified in (
        Verified(user.id + 1, EMAIL, user.hashed_password),
        Verified(user.id, EMAIL, CHEAP.hash("pw")),
    ):
        opened = login.open_session(db, verified, DEFAULT_SPAN, Client())
        assert opened is None
    assert db.find_user_by(id=user.id).session_id is None
