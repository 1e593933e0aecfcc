"""Breached passwords on this machine: a file of digests, sorted.

The form in which Pwned Passwords is published for download, ordered by
hash: ``SHA1:COUNT`` a line, the SHA-1 in hex.  A look costs some thirty
reads, however large the file.
"""

import logging
import re
from pathlib import Path
from typing import BinaryIO

from bienvenue.errors import PasswordCheckUnavailable

_log = logging.getLogger("bienvenue.policy")

_LINE = re.compile(rb"([0-9A-Fa-f]{40})(:[0-9]+)?\s*")
_MOST = 128  # bytes of a line


def holds(file: Path, digest: str) -> bool:
    """Tell whether the file holds a SHA-1, given in upper-case hex.

    Raises ``PasswordCheckUnavailable`` when it cannot be read or is of
    another form: a file of one's own has no excuse, so it fails closed.
    """
    try:
        with file.open("rb") as stream:
            return _search(stream, digest)
    except (OSError, ValueError) as error:
        _log.error(
            "breach_file cannot be used (%s); no new password is accepted",
            type(error).__name__,
        )
    raise PasswordCheckUnavailable


def _search(stream: BinaryIO, digest: str) -> bool:
    """Halve the bytes in which the line may begin, until none is left."""
    low, high = 0, stream.seek(0, 2)
    while low < high:
        middle = (low + high) // 2
        found, end = _line_after(stream, middle)
        if found == digest:
            return True
        if not found or found > digest:
            high = middle
        else:
            low = end
    return False


def _line_after(stream: BinaryIO, offset: int) -> tuple[str, int]:
    """Return the digest of the first line at or after, and where it ends.

    An empty one when there is no further line.
    """
    stream.seek(max(offset - 1, 0))
    if offset:
        stream.readline(_MOST)  # the rest of the line before
    line = stream.readline(_MOST)
    if not line.strip():
        return "", stream.tell()
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError("not a line of a digest and a count")
    return match[1].decode().upper(), stream.tell()
