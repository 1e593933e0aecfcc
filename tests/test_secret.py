"""Secrets: how many bits, in which form, and under what digest."""

import hashlib
import uuid

from hypothesis import given
from hypothesis import strategies as st

from bienvenue import secret
from bienvenue.auth import _generate_uuid

ANY_TEXT = st.text(st.characters(exclude_categories=()))


def test_a_token_is_a_uuid_in_its_canonical_text() -> None:
    token = secret.new_token()
    assert str(uuid.UUID(token)) == token
    assert len(token) == 36


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


def test_the_digest_is_sha_256() -> None:
    expected = hashlib.sha256(b"abc").digest()
    assert secret.digest("abc") == expected
    assert len(expected) == secret.DIGEST_BYTES


@given(ANY_TEXT, ANY_TEXT)
def test_any_text_has_a_digest_of_its_own(one: str, other: str) -> None:
    assert (secret.digest(one) == secret.digest(other)) == (one == other)
