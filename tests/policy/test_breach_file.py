"""Breached passwords in a file on this machine."""

import logging
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bienvenue import policy
from bienvenue.config import Settings
from bienvenue.errors import PasswordBreached, PasswordCheckUnavailable
from bienvenue.policy import breach_file, sha1
from tests import phrases

STOLEN = "quiet mornings were stolen"


def corpus(folder: Path, *words: str, end: str = "\r\n") -> Path:
    """Write a file as Pwned Passwords is published, ordered by hash."""
    digests = sorted(sha1.hex_digest(word.encode()) for word in words)
    file = folder / "breached.txt"
    lines = (f"{each}:{n + 1}{end}" for n, each in enumerate(digests))
    file.write_bytes("".join(lines).encode())
    return file


@pytest.mark.requirement("V6.2.12", "NIST-63B-3.1.1.2-i")
def test_a_password_of_the_file_is_refused(tmp_path: Path) -> None:
    others = [f"word {number}" for number in range(500)]
    file = corpus(tmp_path, STOLEN, *others)
    strict = Settings(strict=True, breach_file=file)
    with pytest.raises(PasswordBreached):
        policy.check(STOLEN, strict)
    policy.check(phrases.ASCII, strict)
    policy.check(STOLEN, Settings(strict=True))
    policy.check(STOLEN, Settings(breach_file=file))  # development


def test_what_counts_is_the_text_in_nfc(tmp_path: Path) -> None:
    file = corpus(tmp_path, "caf\u00e9 in the old town")
    strict = Settings(strict=True, breach_file=file)
    with pytest.raises(PasswordBreached):
        policy.check("cafe\u0301 in the old town", strict)


@settings(max_examples=50, deadline=None)
@given(st.sets(st.text(st.characters(codec="utf-8"), max_size=5)), st.data())
def test_every_line_is_found_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory,
    words: set[str],
    data: st.DataObject,
) -> None:
    folder = tmp_path_factory.mktemp("corpus")
    end = data.draw(st.sampled_from(["\n", "\r\n"]))
    file = corpus(folder, *words, end=end)
    for word in words:
        assert breach_file.holds(file, sha1.hex_digest(word.encode()))
    for word in ("not in it", "0", "1", "2", "3", "4", "five5!"):
        known = word in words
        assert breach_file.holds(file, sha1.hex_digest(word.encode())) == known
    for digest in ("0" * 40, "F" * 40):
        assert not breach_file.holds(file, digest)


@pytest.mark.requirement("V6.2.12", "V16.5.3")
@pytest.mark.parametrize(
    "content", [None, b"not digests\n" * 50, b"\0" * 5000, b"ABC:1\n"]
)
def test_a_file_that_cannot_be_used_accepts_nothing(
    tmp_path: Path,
    content: bytes | None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    file = tmp_path / "breached.txt"
    if content is not None:
        file.write_bytes(content)
    strict = Settings(strict=True, breach_file=file)
    with (
        caplog.at_level(logging.ERROR, "bienvenue.policy"),
        pytest.raises(PasswordCheckUnavailable),
    ):
        policy.check(phrases.ASCII, strict)
    assert "no new password is accepted" in caplog.text
    assert phrases.ASCII not in caplog.text
