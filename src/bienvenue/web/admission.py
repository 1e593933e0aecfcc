"""Refuse at once what would wait too long: requests that hash a password.

A flood of logins may fill its own queue and no more.  The threads it may
not have stay free for everything else, and whoever comes too late learns it
in a millisecond rather than after a minute (OWASP ASVS 15.2.2).
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from bienvenue.web.extension import here

P = ParamSpec("P")
R = TypeVar("R")


def hashes_password(view: Callable[P, R]) -> Callable[P, R]:
    """Let a view that hashes a password in only while there is room."""

    @wraps(view)
    def admitted(*args: P.args, **kwargs: P.kwargs) -> R:
        with here().hashing.place():
            return view(*args, **kwargs)

    return admitted
