"""Passwords: what they are made of, and what verifies against what."""

import threading
import time
import unicodedata
from hashlib import sha256
from itertools import count, islice

import bcrypt
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bienvenue.errors import InvalidPassword, PasswordTooLong
from bienvenue.passwords import MAX_CHARACTERS, PasswordHasher, prepare

HASHER = PasswordHasher(rounds=4)
ANY_TEXT = st.text(st.characters(exclude_categories=()))
PASSWORDS = st.text(min_size=1, max_size=200)
thorough = settings(max_examples=60, deadline=None)

COMPOSED, DECOMPOSED = "\u00e9", "e\u0301"


# -- prepare ---------------------------------------------------------------


def test_text_and_its_utf8_are_one_password() -> None:
    assert prepare("p\u00e4ss") == prepare("p\u00e4ss".encode())
    assert prepare(DECOMPOSED) == prepare(COMPOSED) == COMPOSED.encode()


@pytest.mark.requirement("NIST-63B-3.1.1.2-f")
def test_compatibility_forms_stay_different() -> None:
    """NFC, not NFKC: the ligature is not the two letters."""
    assert prepare("\ufb01sh") != prepare("fish")
    assert not HASHER.verify("fish", HASHER.hash("\ufb01sh"))


@pytest.mark.requirement("NIST-63B-3.1.1.2-c")
@pytest.mark.parametrize("password", ["a", "\u00e9", "\U0001f512"])
def test_characters_are_counted_after_nfc(password: str) -> None:
    longest = password * MAX_CHARACTERS
    assert prepare(longest) == longest.encode()
    assert prepare(unicodedata.normalize("NFD", longest)) == longest.encode()
    for longer in (longest + "a", (longest + "a").encode()):
        with pytest.raises(PasswordTooLong):
            prepare(longer)


@pytest.mark.requirement("OWASP-CS-PWSTORE-2")
@pytest.mark.parametrize("length", [4097, 5_000_000])
def test_what_cannot_become_short_enough_is_not_normalised(
    length: int,
) -> None:
    passwords: list[str | bytes] = ["\u0344" * length, b"\xff" * (4 * length)]
    started = time.thread_time()
    for password in passwords:
        with pytest.raises(PasswordTooLong):
            prepare(password)
    assert time.thread_time() - started < 0.1


@pytest.mark.parametrize("password", ["", b""])
def test_an_empty_password_is_refused(password: str | bytes) -> None:
    with pytest.raises(InvalidPassword, match="empty"):
        prepare(password)


@pytest.mark.parametrize(
    "password", ["hunter2\ud800", b"hunter2\xff", b"hunter2\xed\xa0\x80"]
)
def test_what_is_not_text_is_refused_without_quoting_it(
    password: str | bytes,
) -> None:
    with pytest.raises(InvalidPassword) as caught:
        HASHER.hash(password)
    assert "hunter2" not in str(caught.value)
    # A decoding error has the whole password in it.
    assert caught.value.__context__ is caught.value.__cause__ is None


# -- hash and verify -------------------------------------------------------


@pytest.mark.parametrize("length", [1, 8, 71, 72])
def test_up_to_72_bytes_any_bcrypt_library_verifies(length: int) -> None:
    password = "b4l0u" * 20
    hashed = HASHER.hash(password[:length])
    assert hashed.startswith("$2b$04$")
    assert len(hashed) == 60
    assert bcrypt.checkpw(password[:length].encode(), hashed.encode())


@pytest.mark.parametrize("password", ["x" * 73, "\u00e9" * 37, "nul\0nul"])
def test_beyond_bcrypt_it_is_bcrypt_sha256(password: str) -> None:
    hashed = HASHER.hash(password)
    assert hashed.startswith("$bcrypt-sha256$v=2,t=2b,r=4$")
    assert HASHER.verify(password, hashed)


@pytest.mark.requirement("V11.4.2")
def test_the_default_cost_is_12() -> None:
    assert PasswordHasher().hash("b4l0u").startswith("$2b$12$")


@pytest.mark.parametrize("rounds", [-1, 0, 3, 21, 32])
def test_a_cost_out_of_bounds_is_refused(rounds: int) -> None:
    with pytest.raises(ValueError, match=f"4 to 20, not {rounds}"):
        PasswordHasher(rounds)


@pytest.mark.requirement("NIST-63B-3.1.1.2-m")
def test_two_hashes_of_one_password_differ() -> None:
    assert len({HASHER.hash("b4l0u") for _ in range(20)}) == 20


@pytest.mark.requirement("V6.2.8", "NIST-63B-3.1.1.2-l", "OWASP-CS-PWSTORE-1")
def test_two_long_passwords_that_begin_alike_are_two() -> None:
    """OWASP ASVS 5.0, 6.2.8: nothing is cut off."""
    first, second = "x" * 99 + "1", "x" * 99 + "2"
    assert HASHER.verify(first, HASHER.hash(first))
    assert not HASHER.verify(second, HASHER.hash(first))
    for password in (first, second):
        assert not HASHER.verify(password, HASHER.hash("x" * 72))
        assert not HASHER.verify("x" * 72, HASHER.hash(password))


@pytest.mark.requirement("V6.2.8", "NIST-63B-3.1.1.2-l")
def test_a_nul_neither_ends_nor_repeats_a_password() -> None:
    variants = ["ab", "ab\0", "ab\0ab", "\0ab", "\0", "ab\0x"]
    # What is guarded against: to bcrypt itself these two are one key.
    salt = bcrypt.gensalt(4)
    assert bcrypt.hashpw(b"ab", salt) == bcrypt.hashpw(b"ab\0ab", salt)
    for stored in variants:
        hashed = HASHER.hash(stored)
        assert [v for v in variants if HASHER.verify(v, hashed)] == [stored]


@pytest.mark.requirement("NIST-63B-3.1.1.2-f", "NIST-63B-3.1.1.2-d")
@pytest.mark.requirement("OWASP-CS-PWSTORE-1")
def test_a_digest_that_begins_with_nul_opens_nobody_elses() -> None:
    """To bcrypt itself a raw digest would end where it begins."""
    pair = list(
        islice(
            (
                password
                for password in map("{:0>80}".format, count())
                if sha256(password.encode()).digest()[0] == 0
            ),
            4,
        )
    )
    # What is guarded against: handed over raw, these are all one password.
    raw = {sha256(each.encode()).digest().partition(b"\0")[0] for each in pair}
    assert raw == {b""}
    for one in pair:
        hashed = HASHER.hash(one)
        assert [each for each in pair if HASHER.verify(each, hashed)] == [one]
        assert not HASHER.verify("", hashed)


@thorough
@given(PASSWORDS)
@example("x" * 72)
@example("x" * 73)
@example("\0")
@example("\u0958")
def test_a_password_verifies_in_every_canonical_spelling(
    password: str,
) -> None:
    hashed = HASHER.hash(password)
    for form in ("NFC", "NFD"):
        spelling = unicodedata.normalize(form, password)
        assert HASHER.verify(spelling, hashed)
        assert HASHER.verify(spelling.encode(), hashed.encode())
    assert HASHER.verify_and_upgrade(password, hashed) == (True, None)


@pytest.mark.requirement("NIST-63B-3.1.1.2-l")
@thorough
@given(PASSWORDS, PASSWORDS)
def test_another_password_does_not_verify(one: str, other: str) -> None:
    same = prepare(one) == prepare(other)
    assert HASHER.verify(other, HASHER.hash(one)) is same


@thorough
@given(ANY_TEXT | st.binary(), ANY_TEXT | st.binary())
@example("\ud800", "$2b$04$" + "." * 53)
@example(b"\xff", b"\xff$2b$04$")
@example("x" * 2000, "$2b$04$" + "." * 53)
def test_nothing_makes_verify_raise(
    password: str | bytes, hashed: str | bytes
) -> None:
    assert HASHER.verify(password, hashed) is False
    assert HASHER.verify_and_upgrade(password, hashed) == (False, None)
    HASHER.verify_dummy(password)


def test_what_is_no_password_never_verifies() -> None:
    """Not even against the hash of what stands in for it."""
    hashed = HASHER.hash("not a password")
    assert HASHER.verify("not a password", hashed)
    for password in ("", "\ud800", b"\xff", "x" * 1025):
        assert not HASHER.verify(password, hashed)


def test_one_hasher_serves_many_threads() -> None:
    hasher = PasswordHasher(rounds=4)
    start = threading.Barrier(8)
    right: list[bool] = []

    def work(number: int) -> None:
        mine = f"password {number}"
        start.wait(timeout=30)
        for _ in range(10):
            hasher.verify_dummy(mine)
            hashed = hasher.hash(mine)
            right.append(hasher.verify(mine, hashed))
            right.append(not hasher.verify("password", hashed))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert right == [True] * 160
