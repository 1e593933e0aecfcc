"""Every form verifies what other implementations wrote, and only that."""

import pytest

from bienvenue import imported_hashes
from tests.imported_hashes.vectors import MADE, PHRASE, VECTORS

cases = pytest.mark.parametrize(("scheme", "password", "hashed"), VECTORS)


@cases
def test_the_right_password_verifies(
    scheme: str, password: str, hashed: str
) -> None:
    assert imported_hashes.verify(password.encode(), hashed)


@cases
@pytest.mark.parametrize("change", ["{} ", "{}\0", "x{}", ""])
def test_another_password_does_not(
    scheme: str, password: str, hashed: str, change: str
) -> None:
    other = change.format(password).encode()
    assert not imported_hashes.verify(other, hashed)


@cases
def test_the_scheme_is_named(scheme: str, password: str, hashed: str) -> None:
    assert imported_hashes.identify(hashed) == scheme


@pytest.mark.parametrize("hashed", [row[2] for row in MADE])
def test_no_part_of_a_hash_is_a_hash_that_verifies(hashed: str) -> None:
    secret = PHRASE.encode()
    for cut in range(len(hashed)):
        assert not imported_hashes.verify(secret, hashed[:cut])
    for more in ("x", "\n", " ", "$", "\0", "\ud800"):
        assert not imported_hashes.verify(secret, hashed + more)
        assert not imported_hashes.verify(secret, more + hashed)


def test_every_row_of_the_table_has_a_vector() -> None:
    rows = [form.scheme for form in imported_hashes.FORMS]
    assert len(rows) == len(set(rows))
    assert set(rows) == {scheme for scheme, _, _ in VECTORS}


def test_a_salt_with_stray_bits_verifies_as_passlib_has_it() -> None:
    """From passlib's tests: old libraries set the bits a salt leaves over."""
    for letter in "OR":
        hashed = (
            f"$2a$04$oaQbBqq8JnSM1NHRPQGXO{letter}"
            "Y4Vw3bdHKLIXTecPDRAcJ98cz1ilveO"
        )
        assert imported_hashes.verify(b"test", hashed)
        assert not imported_hashes.verify(b"tesu", hashed)


def test_plain_bcrypt_never_takes_more_than_72_bytes() -> None:
    """Openwall's vector says "chars after 72 are ignored"; not here."""
    alphabet = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    password = f"{alphabet}0123456789chars after 72 are ignored".encode()
    hashed = "$2a$05$abcdefghijklmnopqrstuu5s2v8.iXieOjg/.AySBTTZIIVFJeBui"
    for form in (hashed, f"bcrypt${hashed}"):
        assert imported_hashes.verify(password[:72], form)
        assert not imported_hashes.verify(password[:73], form)
        assert not imported_hashes.verify(password, form)
