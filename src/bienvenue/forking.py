"""What a forked child must not share with the process it came from.

A server may make the application first and fork its workers then (gunicorn
``--preload``).  The child has copies of connections, which two processes
must never use; of locks, which nobody will release; and of threads, which
do not run in it.  Whatever owns one of these begins anew in the child.
"""

import os
import weakref
from typing import Protocol


class Owner(Protocol):
    """Owns something that a fork would share."""

    def begin_anew(self) -> object:
        """Replace it, and return what was there.

        That is kept as it is: to close a connection, or to let it be
        collected, would be to use it.
        """


_owners: "weakref.WeakSet[Owner]" = weakref.WeakSet()
_left_to_parent: list[object] = []


def watch(owner: Owner) -> None:
    """Have an owner begin anew in every child, as long as it lives."""
    _owners.add(owner)


def _begin_anew() -> None:
    _left_to_parent.extend([owner.begin_anew() for owner in list(_owners)])


if hasattr(os, "register_at_fork"):  # there is no fork elsewhere
    os.register_at_fork(after_in_child=_begin_anew)
