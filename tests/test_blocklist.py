"""How the list of common passwords is made."""

import gzip
import hashlib
import io
import json
import tarfile
from pathlib import Path

import pytest

from bienvenue.policy import common
from tools import blocklist
from tools.blocklist import Source, chosen, ranked


def packed(folder: Path, member: str, content: bytes) -> Source:
    """Write a package file with one list in it."""
    file = folder / f"{hashlib.sha256(content).hexdigest()[:8]}.tgz"
    with tarfile.open(file, "w:gz") as archive:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return Source(file.name, member, digest)


def test_both_kinds_of_list_are_read(tmp_path: Path) -> None:
    words = ["dragon", "caf\u00e9 noir"]
    for member, content in (
        ("a/words.json", json.dumps(words).encode()),
        ("a/words.txt.gz", gzip.compress("\n".join(words).encode())),
    ):
        source = packed(tmp_path, member, content)
        assert blocklist.read(tmp_path, source) == words


def test_another_file_is_refused(tmp_path: Path) -> None:
    source = packed(tmp_path, "words.json", b"[]")
    with (tmp_path / source.file).open("ab") as stream:
        stream.write(b"\0")
    with pytest.raises(ValueError, match="another file"):
        blocklist.read(tmp_path, source)


def test_the_best_rank_counts_and_noise_is_left_out() -> None:
    lists = [
        ["dragon", " Monkey ", "me@example.com", "abc"],
        ["monkey", "CAFE\u0301 noir", "a&#33;bcd", "x" * 65, "tab\tbed"],
    ]
    assert ranked(lists) == ["dragon", "monkey", "caf\u00e9 noir"]


def test_the_long_ones_are_taken_and_the_commonest_of_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(blocklist, "MID_ENTRIES", 1)
    monkeypatch.setattr(blocklist, "SHORT_ENTRIES", 1)
    words = ["1234567", "dragon", "monkey", "elevenseven", "password"]
    long = ["twelve chars", "fifteen letters"]
    assert chosen([*words, *long]) == [*long, "elevenseven", "dragon"]


def test_the_shipped_list_is_what_the_tool_writes() -> None:
    """Packing what is in it gives the very same entries again."""
    entries = list(common.load())
    assert list(common.WordList(common.pack(entries))) == entries
    assert all(blocklist._is_fit(entry) for entry in entries)
