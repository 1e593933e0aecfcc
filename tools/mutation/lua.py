"""The faults that can be put into a script for Redis."""

import re
from collections.abc import Iterator

_SWAPS = (
    (r"<=", ("<", ">")),
    (r">=", (">", "<")),
    (r"(?<![<>~=])>(?!=)", (">=", "<=")),
    (r"(?<![<>~=])<(?!=)", ("<=", ">=")),
    (r"==", ("~=",)),
    (r"(?<=\w) \+ ", (" - ",)),
    (r"(?<=[\w)]) - ", (" + ",)),
    (r"(?<=[\w)]) \* ", (" / ",)),
    (r"(?<=[\w)]) / ", (" * ",)),
    (r"\band\b", ("or",)),
    (r"\btrue\b", ("false",)),
    (r"\bfalse\b", ("true",)),
    (r"(?<![\w.])0\b", ("1",)),
    (r"(?<![\w.-])1\b", ("2", "0")),
    (r"(?<![\w.-])2\b", ("3",)),
    (r"-1\b", ("-2", "0")),
    (r"'BEFORE'", ("'AFTER'",)),
    (r"\bmath\.max\b", ("math.min",)),
    (r"\bmath\.ceil\b", ("math.floor",)),
    # A call that is a line of its own is forgotten.
    (r"(?<=\n)[ ]*(?:redis\.call|judge)\([^\n]*\n", ("\n",)),
)


def faults(script: str) -> Iterator[tuple[int, int, str]]:
    """Yield where a fault stands in the text, and what it says instead."""
    for pattern, others in _SWAPS:
        for found in re.finditer(pattern, script):
            for other in others:
                yield found.start(), found.end(), other
