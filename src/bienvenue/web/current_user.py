"""Who is asking: ``current_user``, and a door that only they pass."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import ParamSpec, TypeVar, cast

from flask import request
from werkzeug.local import LocalProxy

from bienvenue import sudo
from bienvenue.errors import SessionRequired
from bienvenue.session_check import SignedIn
from bienvenue.web import cookies, local
from bienvenue.web.extension import here

P = ParamSpec("P")
R = TypeVar("R")

KEY = "bienvenue.signed_in"
"""Where a request's environ keeps who was found to be signed in."""


def signed_in() -> SignedIn | None:
    """Return who the request's session belongs to, or None.

    Looked up once a request.
    """
    # Kept with the request, not in ``g``: that one outlives a request when
    # the caller has pushed an application context of its own, as tests do.
    kept = request.environ
    if KEY not in kept:
        raw = cookies.session_id(request)
        found = kept[KEY] = here().auth.check_session(raw)
        if found is not None and found.actor_id is not None:
            local.act_for(found.actor_id)
    return cast(SignedIn | None, kept[KEY])


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


def recently_authenticated(view: Callable[P, R]) -> Callable[P, R]:
    """Let a view be reached only just after a password was given.

    Stands below ``login_required``.  Raises ``ReauthenticationRequired``
    otherwise, which is answered 403.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        auth = here().auth
        within = timedelta(seconds=auth.settings.sudo_seconds)
        sudo.require(auth.db, current_user, within)
        return view(*args, **kwargs)

    return guarded
