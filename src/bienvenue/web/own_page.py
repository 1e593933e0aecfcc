"""Pages of one's own account: who may see them, and what answers a form.

Whoever is not signed in does so first and comes back.  What a form did is
told by the page that follows it, so that loading that anew does nothing
twice; what failed is told by the page with the form.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import Response, request, url_for

from bienvenue import sudo
from bienvenue.errors import (
    BienvenueError,
    DatabaseUnavailable,
    ReauthenticationRequired,
    SessionRequired,
    TooManyAttempts,
)
from bienvenue.web import redirects, rendered, too_many
from bienvenue.web.current_user import current_user, signed_in
from bienvenue.web.extension import here

Answer = Callable[[dict[str, Any], BienvenueError | None], Response]


def for_owner(view: Callable[[], Response]) -> Callable[[], Response]:
    """Let a page be seen by who is signed in; others sign in and return."""

    @wraps(view)
    def guarded() -> Response:
        if signed_in() is None:
            return redirects.to_sign_in(url_for(str(request.endpoint)))
        return view()

    return guarded


def shown(
    template: str, error: BienvenueError | None = None, **values: Any
) -> Response:
    """Return a page of somebody's own account, with an error if there is one.

    Beside ``values`` the template has ``email``, and ``acting``: whether an
    administrator looks at it in the owner's stead.
    """
    values = {"email": current_user.email, "acting": is_borrowed(), **values}
    if error is None:
        return rendered.page(template, **values)
    return rendered.outcome(template, error, **values)


def answered(
    form: str,
    show: Callable[[BienvenueError], Response],
    *,
    goal: str | None = None,
    done: str | None = None,
    guessed: bool = False,
) -> Answer:
    """Return what answers a form, which stands on the page ``form``.

    Both are endpoints: it leads on to the page ``goal``, else ``form``,
    which is told what was ``done``.  ``show`` shows an error; the lack of
    a session or of fresh proof leads to where that is given, and back; who
    tried too often, at a password if it can be ``guessed`` there, waits.
    """

    def answer(
        _members: dict[str, Any], error: BienvenueError | None
    ) -> Response:
        if error is None:
            return redirects.see_other(url_for(goal or form, done=done))
        if isinstance(error, SessionRequired):
            return redirects.to_sign_in(url_for(form))
        if isinstance(error, ReauthenticationRequired):
            return redirects.to_reauthenticate(url_for(form))
        if isinstance(error, TooManyAttempts):
            again = url_for(form)
            return too_many.page(error.retry_after, again, guessed=guessed)
        if isinstance(error, DatabaseUnavailable):
            raise error  # the page would need it too
        return show(error)

    return answer


def done(*known: str) -> str | None:
    """Return what was done, as the page's address says; None if not known."""
    said = request.args.get("done")
    return said if said in known else None


def is_fresh() -> bool:
    """Tell whether the password was given in this session just now."""
    auth = here().auth
    within = timedelta(seconds=auth.settings.sudo_seconds)
    return sudo.is_fresh(auth.db, current_user.session, within)


def is_borrowed() -> bool:
    """Tell whether an administrator acts for the owner in this session."""
    return current_user.actor_id is not None
