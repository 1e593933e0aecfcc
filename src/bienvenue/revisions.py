"""What the name of a schema's revision promises to older releases.

Revisions are numbered.  A plain number, ``0004``, only adds to the one
before it, so every release that ran on that one runs on this one too.
``0007_from_0005`` takes something away: releases of schema 0005 and later
run on it, and no older one.  Each revision after it says at least the same.
A database names only its latest revision, and so an older release can tell
whether it may use the database (docs/decisions/0040).
"""

import re
from enum import Enum, auto

_FORM = re.compile(r"(?P<number>\d{4})(?:_from_(?P<floor>\d{4}))?")


class Standing(Enum):
    """How a database's revision stands to the one that a release speaks."""

    EMPTY = auto()
    """There are no tables of ours."""

    BEHIND = auto()
    """It is to be upgraded before this release can use it."""

    CURRENT = auto()
    """It is this release's own."""

    AHEAD = auto()
    """It is a newer release's, and this one may use it."""

    BEYOND = auto()
    """It is of a newer release, or of another program: keep off."""

    @property
    def usable(self) -> bool:
        """Whether the release may read and write such a database."""
        return self in (Standing.CURRENT, Standing.AHEAD)


def standing(found: str | None, head: str) -> Standing:
    """Tell how a revision that was found stands to a release's own."""
    if found is None:
        return Standing.EMPTY
    if found == head:
        return Standing.CURRENT
    there, here = _FORM.fullmatch(found), _FORM.fullmatch(head)
    if there is None or here is None:
        return Standing.BEYOND
    if there["number"] < here["number"]:
        return Standing.BEHIND
    floor = there["floor"] or "0000"
    if floor <= here["number"] < there["number"]:
        return Standing.AHEAD
    return Standing.BEYOND


def floor(revision: str) -> str:
    """Return the number of the oldest schema whose releases still run on it.

    "0000" where no release is shut out.  Raises ``ValueError`` for a name
    that is no revision's.
    """
    found = _FORM.fullmatch(revision)
    if found is None:
        raise ValueError(f"{revision}: a revision is NNNN or NNNN_from_NNNN")
    return found["floor"] or "0000"
