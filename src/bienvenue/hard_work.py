"""Whether some work is under way that keeps a core busy for long.

Whoever hashes says so, and the server asks: what is quickest in one case is
slow in the other (``server/pace.py``).
"""

from collections.abc import Iterator
from contextlib import contextmanager

# One for each piece of work: what a list does in one step needs no lock.
_under_way: list[None] = []


@contextmanager
def at_work() -> Iterator[None]:
    """Say that such work is under way, for a ``with`` block."""
    _under_way.append(None)
    try:
        yield
    finally:
        _under_way.pop()


def is_under_way() -> bool:
    """Tell whether any such work is under way in this process."""
    return bool(_under_way)
