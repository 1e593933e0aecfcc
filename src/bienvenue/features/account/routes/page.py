"""The account page: what there is, and a form for each thing to do.

The forms do what the API does, by the same views.  What was done is told by
the page that follows, so that loading it anew does nothing twice.
"""

from contextlib import suppress
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import quote

from flask import Response, request, url_for
from pydantic import Field
from werkzeug.exceptions import NotFound

from bienvenue.errors import BienvenueError, SessionRequired
from bienvenue.features.account.flow import Account
from bienvenue.features.account.routes import own
from bienvenue.web import rendered, schemas
from bienvenue.web.api import ALWAYS, WITH_BODY, Api
from bienvenue.web.current_user import current_user, signed_in
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem

api = Api("bienvenue.features.account")

_PAGE = "bienvenue/account.html"
_DONE = ("password", "session", "others")


class SessionToEnd(schemas.Body):
    """Names one of one's own sessions."""

    number: Annotated[
        str,
        Field(
            pattern=r"^[0-9]{1,18}$",
            description="the `id` of a session, as a form sends it",
            examples=["7"],
        ),
    ]


class Nothing(schemas.Loose):
    """A form without fields."""


@api.page("/account")
def account_page() -> Response:
    """Show one's account; whoever is not signed in is asked to first."""
    if signed_in() is None:
        return _sign_in_first()
    done = request.args.get("done")
    return rendered.page(
        _PAGE, done=done if done in _DONE else None, **_shown()
    )


def _after(what: str) -> Any:
    def page(
        _members: dict[str, Any], error: BienvenueError | None
    ) -> Response:
        if isinstance(error, SessionRequired):
            return _sign_in_first()
        if error is None:
            return _go(url_for("bienvenue.account_page", done=what))
        return rendered.outcome(_PAGE, error, done=None, **_shown())

    return page


@api.route(
    "POST",
    "/account/password",
    takes=own.PasswordChange,
    session=True,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_after("password"),
)
def change_password_by_form(body: own.PasswordChange) -> Response:
    """Replace the password as `PUT /password` does. For forms."""
    return own.change_password(body)


@api.route(
    "POST",
    "/account/sessions/end",
    takes=SessionToEnd,
    session=True,
    answers={**ALWAYS, 204: None, 400: Problem, 403: Problem},
    page=_after("session"),
)
def end_session_by_form(body: SessionToEnd) -> Response:
    """End a session as `DELETE /sessions/{number}` does. For forms."""
    with suppress(NotFound):  # another tab was faster
        return own.end_session(int(body.number))
    return Response(status=HTTPStatus.NO_CONTENT)


@api.route(
    "POST",
    "/account/sessions/end_others",
    takes=Nothing,
    session=True,
    answers={**ALWAYS, 204: None, 400: Problem, 403: Problem},
    page=_after("others"),
)
def end_other_sessions_by_form(_body: Nothing) -> Response:
    """End all others as `DELETE /sessions/others` does. For forms."""
    return own.end_other_sessions()


def _shown() -> dict[str, Any]:
    settings = here().settings
    return {
        "email": current_user.email,
        "verified": current_user.verified_at_us is not None,
        "mailed": settings.mail != "off",
        "sessions": Account(here().auth).sessions(current_user),
        "least": settings.password_min_length if settings.strict_rules else 0,
    }


def _sign_in_first() -> Response:
    here_again = url_for("bienvenue.account_page")
    page = url_for("bienvenue.sign_in_page")
    return _go(f"{page}?next={quote(here_again, safe='')}")


def _go(goal: str) -> Response:
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": goal})
