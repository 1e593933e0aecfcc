"""What every page of the console does first, and what it stands in."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, Final, cast

from flask import Response, request, url_for

from bienvenue.errors import (
    BienvenueError,
    InvalidChoice,
    NotPermitted,
    ReauthenticationRequired,
    SessionRequired,
    UserNotFound,
)
from bienvenue.features.admin.routes import guard
from bienvenue.web import (
    own_page,
    problems,
    redirects,
    refused,
    rendered,
    schemas,
)
from bienvenue.web.api import ALWAYS, Answers
from bienvenue.web.current_user import current_user

View = Callable[..., Response]

_REFUSED: Final = "bienvenue/admin_refused.html"
_PROBLEM: Final = "bienvenue/admin_problem.html"
ANSWERS: Final[Answers] = {
    **ALWAYS,
    **dict.fromkeys((400, 403, 404, 413, 415), schemas.Problem),
}
"""What any form of the console may be answered, beside that it worked."""

_noted = refused.noted(problems.from_error)


def for_admins(view: View) -> View:
    """Show a page to admins; others are told what to do instead.

    The view is given the admin.  Whoever has to sign in, or to give their
    password again, is led there and back; what cannot be found or read is a
    page that says so.
    """

    @wraps(view)
    def guarded(**path: Any) -> Response:
        try:
            return view(guard.actor(), **path)
        except (SessionRequired, ReauthenticationRequired) as error:
            return _led_away(error, own_path())
        except NotPermitted as error:
            _noted(error)
            return rendered.outcome(_REFUSED, error)
        except (InvalidChoice, UserNotFound) as error:
            _noted(error)
            return problem(error)

    return guarded


def instead(error: BienvenueError | None, back_to: str) -> Response | None:
    """Return the answer to a form where it is none of the form's own.

    Who has to sign in, or to give their password again, comes back to
    ``back_to``, the page that has the form.  What a form sent is looked at
    before anybody asked who sent it: so an error is shown, in a page of the
    console, to admins only.
    """
    if error is None:
        return None
    try:
        guard.actor()
    except BienvenueError as barred:
        error = barred
    if isinstance(error, SessionRequired | ReauthenticationRequired):
        return _led_away(error, back_to)
    if isinstance(error, NotPermitted):
        return rendered.outcome(_REFUSED, error)
    return None


def csv(endpoint: str, back_to: str, **chosen: Any) -> Response:
    """Lead to a file to keep, or first to where the password is given.

    What comes back from there is the list at ``back_to``: a file would
    leave the page as it was, as if it still waited.
    """
    if not own_page.is_fresh():
        return redirects.to_reauthenticate(back_to)
    return redirects.see_other(url_for(endpoint, **chosen))


def problem(error: BienvenueError) -> Response:
    """Return the page that says why there is nothing to see."""
    return rendered.outcome(_PROBLEM, error, **_frame(""))


def page(template: str, section: str, **values: Any) -> Response:
    """Return a page in its frame; ``section`` is where one is."""
    error = values.pop("error", None)
    return rendered.outcome(template, error, **_frame(section) | values)


def own_path() -> str:
    """Return the path and query of the page that was asked for."""
    return request.full_path.rstrip("?")


def beside(
    endpoint: str, chosen: Mapping[str, str], after: str | None
) -> str | None:
    """Return the address of a page beside this one, or None at an end."""
    if after is None:
        return None
    return url_for(endpoint, after=after, **cast("dict[str, Any]", chosen))


def _frame(section: str) -> dict[str, Any]:
    return {"section": section, "who": current_user.email, "done": None}


def _led_away(error: BienvenueError, back_to: str) -> Response:
    if isinstance(error, SessionRequired):
        return redirects.to_sign_in(back_to)
    return redirects.to_reauthenticate(back_to)
