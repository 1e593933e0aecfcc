"""A login moves an old hash to what a new one would be."""

import bcrypt
import pytest

from bienvenue.passwords import PasswordHasher
from tests.imported_hashes.vectors import VECTORS

HASHER = PasswordHasher(rounds=4)
ANGSTROM_SIGN = "\u212b"  # NFC makes it U+00C5


@pytest.mark.parametrize(("scheme", "password", "hashed"), VECTORS)
def test_an_imported_hash_is_upgraded_once(
    scheme: str, password: str, hashed: str
) -> None:
    hasher = PasswordHasher(rounds=6)
    assert hasher.needs_rehash(hashed)
    assert hasher.verify_and_upgrade("wrong", hashed) == (False, None)
    verified, upgraded = hasher.verify_and_upgrade(password, hashed)
    assert verified
    assert upgraded is not None
    assert not hasher.needs_rehash(upgraded)
    assert hasher.verify_and_upgrade(password, upgraded) == (True, None)


@pytest.mark.requirement("V11.2.2", "OWASP-CS-PWSTORE-2")
@pytest.mark.parametrize("password", ["b4l0u", "x" * 100])
@pytest.mark.parametrize("rounds", [4, 6])
def test_another_cost_is_outdated_upwards_and_downwards(
    password: str, rounds: int
) -> None:
    hashed = PasswordHasher(rounds=5).hash(password)
    hasher = PasswordHasher(rounds)
    assert hasher.needs_rehash(hashed.encode())
    _, upgraded = hasher.verify_and_upgrade(password, hashed)
    assert upgraded is not None
    assert not hasher.needs_rehash(upgraded)


@pytest.mark.parametrize("ident", ["2a", "2y"])
def test_another_bcrypt_letter_is_outdated(ident: str) -> None:
    hashed = HASHER.hash("b4l0u").replace("$2b$", f"${ident}$")
    verified, upgraded = HASHER.verify_and_upgrade("b4l0u", hashed)
    assert verified
    assert upgraded is not None
    assert upgraded.startswith("$2b$04$")


def test_a_hash_that_cannot_be_read_is_outdated() -> None:
    for hashed in ("", "$2b$04$", HASHER.hash("b4l0u") + "x", b"\xff"):
        assert HASHER.needs_rehash(hashed)


def test_a_hash_of_unnormalised_text_verifies_and_is_upgraded() -> None:
    """The system it comes from hashed the text as it was sent."""
    hashed = bcrypt.hashpw(ANGSTROM_SIGN.encode(), bcrypt.gensalt(4))
    assert not HASHER.needs_rehash(hashed)
    verified, upgraded = HASHER.verify_and_upgrade(ANGSTROM_SIGN, hashed)
    assert verified
    assert upgraded is not None
    for spelling in (ANGSTROM_SIGN, "\u00c5", "A\u030a"):
        assert HASHER.verify_and_upgrade(spelling, upgraded) == (True, None)
