"""The passwords that are tried first, since many people have them.

They lie in a file of the package, sorted, in blocks that hold what each
entry does not share with the one before (front coding), deflated.  A look
opens one block: tens of microseconds, half a megabyte of memory, and exact,
so nobody is refused by chance.  ``tools/blocklist.py`` makes the file.
"""

import struct
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path

FILE = Path(__file__).with_name("common_passwords.bin")

_MAGIC = b"bienvenue-words1"
_HEAD = struct.Struct(">16sIII")  # magic, entries, blocks, bytes of index
_BLOCK = 128  # entries
_SHIFT = 32  # a shared length as a printable character, hence no newline
_MOST_SHARED = 90


class WordList:
    """A sorted set of folded texts, packed; ``in`` and ``iter`` work."""

    def __init__(self, packed: bytes) -> None:
        """Read what ``pack`` wrote; raises ValueError for anything else."""
        try:
            magic, self._count, blocks, size = _HEAD.unpack_from(packed)
            offsets = struct.Struct(f">{blocks + 1}I")
            self._offsets = offsets.unpack_from(packed, _HEAD.size)
            start = _HEAD.size + offsets.size
            end = start + size
            index = zlib.decompress(packed[start:end]).decode()
        except (struct.error, zlib.error, UnicodeError):
            magic = b""
        if magic != _MAGIC or len(packed) != end + self._offsets[-1]:
            raise ValueError("not a list of words, or damaged")
        self._firsts = index.split("\n")
        self._blocks = memoryview(packed)[end:]

    def __contains__(self, word: str) -> bool:
        number = bisect_right(self._firsts, word) - 1
        if number < 0:
            return False
        entries = self._open(number)
        return next((e for e in entries if e >= word), None) == word

    def __iter__(self) -> Iterator[str]:
        for number in range(len(self._firsts)):
            yield from self._open(number)

    def __len__(self) -> int:
        return int(self._count)

    def _open(self, number: int) -> Iterator[str]:
        begin, end = self._offsets[number], self._offsets[number + 1]
        before = ""
        lines = zlib.decompress(self._blocks[begin:end]).decode()
        for line in lines.split("\n"):
            shared = ord(line[0]) - _SHIFT
            before = before[:shared] + line[1:]
            yield before


def pack(words: Iterable[str]) -> bytes:
    """Return texts without line breaks in the form that WordList reads."""
    ordered = sorted(set(words))
    blocks = [
        zlib.compress(_front_coded(block), 9)
        for block in _blocks(ordered)
    ]
    index = zlib.compress("\n".join(ordered[::_BLOCK]).encode(), 9)
    offsets = [0]
    for block in blocks:
        offsets.append(offsets[-1] + len(block))
    head = _HEAD.pack(_MAGIC, len(ordered), len(blocks), len(index))
    table = struct.pack(f">{len(offsets)}I", *offsets)
    return b"".join((head, table, index, *blocks))


@cache
def load() -> WordList:
    """Return the list of the package, read once.

    Raises ``OSError`` or ``ValueError`` when it is missing or damaged: the
    installation is broken, and no password is to be accepted unchecked.
    """
    return WordList(FILE.read_bytes())


def _blocks(words: list[str]) -> Iterator[tuple[str, ...]]:
    """Cut a list into blocks; ``itertools.batched`` is of Python 3.12."""
    rest = iter(words)
    while block := tuple(islice(rest, _BLOCK)):
        yield block


def _front_coded(words: Sequence[str]) -> bytes:
    lines, before = [], ""
    for word in words:
        shared = 0
        most = min(len(word), len(before), _MOST_SHARED)
        while shared < most and word[shared] == before[shared]:
            shared += 1
        lines.append(chr(_SHIFT + shared) + word[shared:])
        before = word
    return "\n".join(lines).encode()
