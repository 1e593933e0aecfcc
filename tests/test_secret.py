"""Secrets: how many bits, in which form, and under what digest."""

import base64
import hashlib
import hmac
import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bienvenue import secret
from bienvenue.auth import _generate_uuid

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def test_a_token_is_a_uuid_in_its_canonical_text() -> None:
    token = secret.new_token()
    assert str(uuid.UUID(token)) == token
    assert len(token) == 36


@pytest.mark.requirement("V7.2.3", "V11.5.1")
def test_all_128_bits_vary() -> None:
    """A version-4 UUID would hold six of them still (ASVS 11.5.1)."""
    ones, zeros = 0, 0
    for _ in range(200):
        bits = uuid.UUID(secret.new_token()).int
        ones |= bits
        zeros |= ~bits
    assert ones == 2**128 - 1
    assert zeros & (2**128 - 1) == 2**128 - 1


def test_no_two_tokens_are_the_same() -> None:
    assert len({_generate_uuid() for _ in range(2000)}) == 2000


def test_a_key_has_256_bits_that_all_vary() -> None:
    ones, zeros, most = 0, 0, 2**256 - 1
    for _ in range(200):
        bits = int.from_bytes(base64.urlsafe_b64decode(f"{secret.new_key()}="))
        assert 0 <= bits <= most
        ones |= bits
        zeros |= ~bits
    assert (ones, zeros & most) == (most, most)


def test_the_digest_is_sha_256() -> None:
    expected = hashlib.sha256(b"abc").digest()
    assert secret.digest("abc") == expected
    assert len(expected) == secret.DIGEST_BYTES


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_has_a_digest_of_its_own(one: str, other: str) -> None:
    assert (secret.digest(one) == secret.digest(other)) == (one == other)


def test_a_code_is_six_digits_of_any_kind() -> None:
    codes = [secret.new_code() for _ in range(3000)]
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in codes)
    assert len(set(codes)) > 2900
    for place in range(6):
        assert {code[place] for code in codes} == set("0123456789")


def test_each_purpose_has_a_key_of_its_own() -> None:
    """As RFC 2104 has it: what is derived must not change between releases."""
    derived = secret.derive("key", "device cookies")
    note = b"bienvenue device cookies"
    assert derived == hmac.digest(b"key", note, "sha256")
    assert len(derived) == 32
    assert derived != secret.derive("key", "throttled accounts")
    assert derived != secret.derive("other", "device cookies")


def test_a_keyed_digest_is_the_hmac_of_rfc_2104() -> None:
    """Test case 2 of RFC 4231, and half a character, which is no UTF-8."""
    known = secret.keyed_digest(b"Jefe", "what do ya want for nothing?")
    assert known == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    half = hmac.new(b"key", b"\xed\xa0\x80", hashlib.sha256).hexdigest()
    assert secret.keyed_digest(b"key", "\ud800") == half


def test_chance_is_evenly_from_nought_up_to_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = {secret.chance() for _ in range(100)}
    assert len(drawn) > 90
    assert all(0 <= each < 1 for each in drawn)
    drawing = "bienvenue.secret.secrets.randbelow"
    monkeypatch.setattr(drawing, lambda bound: bound - 1)
    assert secret.chance() == 1 - 2**-32
    monkeypatch.setattr(drawing, lambda bound: bound // 4)
    assert secret.chance() == 0.25
