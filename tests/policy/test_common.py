"""The list of common passwords, and what is plainly made from them."""

import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bienvenue import policy
from bienvenue.config import Settings
from bienvenue.errors import InvalidPassword, PasswordCommon
from bienvenue.policy import common
from bienvenue.policy.common import WordList, pack
from bienvenue.policy.patterns import fold
from tests import phrases

STRICT = Settings(strict=True)
SHORT = Settings(strict=True, password_min_length=8)
WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\n"))


@pytest.mark.requirement("V6.2.4")
def test_the_list_is_large_where_it_counts() -> None:
    """Also for the default of 15 characters: the 3000 that fit it."""
    entries = list(common.load())
    assert len(entries) == len(common.load()) == len(set(entries))
    assert sum(len(entry) >= 8 for entry in entries) >= 100_000
    assert sum(len(entry) >= 15 for entry in entries) >= 3_000
    assert entries == sorted(entries)
    assert all(entry == fold(entry) for entry in entries)


@pytest.mark.requirement("V6.2.4", "NIST-63B-3.1.1.2-i")
def test_every_entry_is_refused() -> None:
    tried = 0
    for entry in common.load():
        if len(entry) >= 8:
            tried += 1
            with pytest.raises(InvalidPassword):
                policy.check(entry, SHORT)
    assert tried >= 100_000


def test_every_long_entry_is_refused_as_common() -> None:
    for entry in common.load():
        if len(entry) >= 15:
            for spelling in (entry, entry.title()):
                with pytest.raises(PasswordCommon):
                    policy.check(spelling, STRICT)


@pytest.mark.requirement("V6.2.4", "NIST-63B-3.1.1.2-i")
@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword1",
        "password-password",
        "Passwordpasswor",
        "P@ssw0rd1234567",
        "pa55w0rd!pa55w0rd!",
        "drowssapdrowssap",
        "1Password20242025",
        "monkey20242024!!",
        "!!!!sunshine!!!!",
        "ILOVEYOU.iloveyou",
        "m o t d e p a s s e 1",
        "aaaaaaaaaaaaaaaa",
        "abcdefghijklmnop",
        "123456789012345",
        "1qaz2wsx3edc4rfv",
        "qwertyuiopasdfg",
        "zaq12wsxcde34rfv",
        "superman superman superman",
    ],
)
def test_an_obvious_derivative_is_refused(password: str) -> None:
    assert len(password) >= 15
    with pytest.raises(PasswordCommon):
        policy.check(password, STRICT)


@pytest.mark.parametrize(
    "password",
    [
        phrases.ASCII,
        "my dragon eats sunshine",  # words of the list, and more than that
        "correct horse staple tray",
        "monkey 58x03!957k10937y",  # what stands beside it was chosen
        "x7Kq2!pLzW9vR4t",
    ],
)
def test_the_whole_is_compared_not_a_part(password: str) -> None:
    policy.check(password, STRICT)


@given(st.sets(WORDS, min_size=1))
def test_what_is_packed_is_found_and_nothing_else(words: set[str]) -> None:
    packed = WordList(pack(words))
    assert list(packed) == sorted(words)
    assert all(word in packed for word in words)
    for word in words:
        for other in (word + "x", word[:-1], "", "\U0010ffff" + word):
            assert (other in packed) == (other in words)


def test_many_blocks() -> None:
    words = [f"{number:05}" for number in range(0, 3000, 3)]
    packed = WordList(pack(words))
    assert [n for n in range(3000) if f"{n:05}" in packed] == list(
        range(0, 3000, 3)
    )


@pytest.mark.requirement("V16.5.3")
@pytest.mark.parametrize("damage", ["cut", "empty", "magic", "block"])
def test_a_damaged_list_accepts_nothing(
    damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = common.FILE.read_bytes()
    bad = {
        "cut": good[:-1],
        "empty": b"",
        "magic": b"x" + good[1:],
        "block": good[:-400_000] + bytes(400_000),
    }[damage]
    file = tmp_path / "list.bin"
    file.write_bytes(bad)
    monkeypatch.setattr(common, "FILE", file)
    common.load.cache_clear()
    try:
        with pytest.raises(Exception, match=r"damaged|header|decompress"):
            policy.check("qwertyuiopasdfgh tree", STRICT)
    finally:
        common.load.cache_clear()


def test_it_is_small() -> None:
    assert common.FILE.stat().st_size < 600_000
    common.load.cache_clear()
    tracemalloc.start()
    try:
        assert "password" in common.load()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


def test_it_says_where_it_comes_from() -> None:
    notice = common.FILE.with_suffix(".md").read_text("utf-8")
    for words in ("MIT", "BSD-3-Clause", "tools/blocklist.py"):
        assert words in notice
