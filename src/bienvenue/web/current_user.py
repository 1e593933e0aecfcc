"""Who is asking: ``current_user``, and a door that only they pass."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import request
from werkzeug.local import LocalProxy

from bienvenue.errors import SessionRequired
from bienvenue.session_check import SignedIn
from bienvenue.web import cookies
from bienvenue.web.extension import here

P = ParamSpec("P")
R = TypeVar("R")

_KEY = "bienvenue.signed_in"


def signed_in() -> SignedIn | None:
    """Return who the request's session belongs to, or None.

    Looked up once a request.
    """
    # Kept with the request, not in ``g``: that one outlives a request when
    # the caller has pushed an application context of its own, as tests do.
    kept = request.environ
    if _KEY not in kept:
        raw = cookies.session_id(request)
        kept[_KEY] = here().auth.check_session(raw)
    return cast(SignedIn | None, kept[_KEY])


current_user = cast(SignedIn, LocalProxy(signed_in))
"""Who is signed in: ``.id`` and ``.email``; false when nobody is."""


def login_required(view: Callable[P, R]) -> Callable[P, R]:
    """Let a view be reached with a live session only.

    Raises ``SessionRequired`` otherwise, which is answered 403 unless the
    application has a handler of its own for it.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        if signed_in() is None:
            raise SessionRequired
        return view(*args, **kwargs)

    return guarded
