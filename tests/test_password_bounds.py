"""Passwords at the edges of what one may be."""

import unicodedata
from typing import Any

import pytest

from bienvenue.errors import InvalidPassword, PasswordTooLong
from bienvenue.imported_hashes import StoredHash
from bienvenue.passwords import PasswordHasher, prepare

# Greek alpha with three marks: one character in NFC, four in NFD, which is
# the most that any character has.
MARKED = "\u1f82"


def test_1024_characters_are_let_in_however_they_are_sent() -> None:
    """NIST SP 800-63B-4 3.1.1.2: long ones too, counted in characters."""
    longest = MARKED * 1024
    spread = unicodedata.normalize("NFD", longest)
    assert len(spread) == 4096
    assert prepare(longest) == prepare(spread) == longest.encode()
    assert prepare(spread.encode()) == longest.encode()
    for longer in (longest + "a", spread + "a"):
        with pytest.raises(PasswordTooLong):
            prepare(longer)
        with pytest.raises(PasswordTooLong):
            prepare(longer.encode())


@pytest.mark.parametrize("password", [None, 7, ["x"], {"x": "y"}, True])
def test_what_is_neither_text_nor_bytes_is_no_password(password: Any) -> None:
    hasher = PasswordHasher(4)
    with pytest.raises(InvalidPassword):
        prepare(password)
    assert not hasher.verify(password, hasher.hash("x"))
    hasher.verify_dummy(password)


def test_an_empty_password_is_told_so() -> None:
    with pytest.raises(InvalidPassword, match=r"^password is empty$"):
        prepare("")


@pytest.mark.parametrize("rounds", [4, 20])
def test_the_ends_of_the_range_of_costs_are_in_it(rounds: int) -> None:
    assert PasswordHasher(rounds).rounds == rounds


@pytest.fixture
def hasher() -> PasswordHasher:
    """A hasher of its own for whoever watches what it compares."""
    return PasswordHasher(4)


@pytest.fixture
def compared(hasher: PasswordHasher) -> list[bytes]:
    """What is compared where there is no hash; there, all of it matches."""
    seen: list[bytes] = []

    def derive(secret: bytes) -> bytes:
        seen.append(secret)
        return b"any"

    hasher._dummy = StoredHash("any", b"any", derive)
    return seen


@pytest.mark.parametrize("hashed", ["", "nonsense", "\u00e9", b"\xff"])
def test_what_is_no_hash_costs_a_comparison_and_never_matches(
    hasher: PasswordHasher, compared: list[bytes], hashed: str | bytes
) -> None:
    """CWE-208: time tells nothing of the row, nor does chance."""
    assert hasher.verify("pw", hashed) is False
    assert compared == [b"pw"]
    assert hasher.verify_and_upgrade("pw", hashed) == (False, None)
    assert compared == [b"pw"] * 2


@pytest.mark.parametrize("password", ["", "\ud800", b"\xff", "x" * 1025])
def test_what_is_no_password_costs_a_comparison_too(
    hasher: PasswordHasher, compared: list[bytes], password: str | bytes
) -> None:
    hasher.verify_dummy(password)
    assert len(compared) == 1
    assert compared[0]


def test_an_unknown_address_costs_what_was_typed(
    hasher: PasswordHasher, compared: list[bytes]
) -> None:
    hasher.verify_dummy("pw")
    assert compared == [b"pw"]


@pytest.mark.parametrize(
    ("longest", "longer"),
    [("a" * 4096, "a" * 4097), (b"a" * 16384, b"a" * 16385)],
)
def test_what_cannot_become_short_enough_costs_nothing(
    monkeypatch: pytest.MonkeyPatch,
    longest: str | bytes,
    longer: str | bytes,
) -> None:
    normalised: list[str] = []

    def normalize(_form: str, text: str) -> str:
        normalised.append(text)
        return text

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    for password in (longest, longer):
        with pytest.raises(PasswordTooLong):
            prepare(password)
    assert [len(text) for text in normalised] == [len(longest)]


@pytest.mark.parametrize("password", ["\ud800", b"\xff", None])
def test_what_is_no_text_is_not_called_empty(password: Any) -> None:
    with pytest.raises(InvalidPassword) as caught:
        prepare(password)
    assert "empty" not in str(caught.value)
