"""The page of where one is signed in, and what ends that."""

from contextlib import suppress
from http import HTTPStatus
from typing import Annotated

from flask import Response
from pydantic import Field
from werkzeug.exceptions import NotFound

from bienvenue.errors import BienvenueError
from bienvenue.features.account.flow import Account
from bienvenue.features.account.routes import own
from bienvenue.web import own_page, schemas
from bienvenue.web.api import ALWAYS, Api
from bienvenue.web.current_user import current_user
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem

api = Api()

_PAGE = "bienvenue.account_sessions_page"


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


@api.page("/account/sessions")
@own_page.for_owner
def account_sessions_page() -> Response:
    """Show where one is signed in."""
    return _shown()


def _shown(error: BienvenueError | None = None) -> Response:
    sessions = Account(here().auth).sessions(current_user)
    return own_page.shown(
        "bienvenue/account_sessions.html",
        error,
        done=own_page.done("session", "others"),
        # This one first: the others are to be told from it.
        sessions=sorted(sessions, key=lambda each: not each.current),
    )


@api.route(
    "POST",
    "/account/sessions/end",
    takes=SessionToEnd,
    session=True,
    answers={**ALWAYS, 204: None, 400: Problem, 403: Problem},
    page=own_page.answered(_PAGE, _shown, done="session"),
)
def end_session_by_form(body: SessionToEnd) -> Response:
    """End a session as `DELETE /sessions/{number}` does. For forms."""
    with suppress(NotFound):  # another tab was faster
        return own.end_session(int(body.number))
    return Response(status=HTTPStatus.NO_CONTENT)


@api.route(
    "POST",
    "/account/sessions/end_others",
    takes=schemas.Nothing,
    session=True,
    answers={**ALWAYS, 204: None, 400: Problem, 403: Problem},
    page=own_page.answered(_PAGE, _shown, done="others"),
)
def end_other_sessions_by_form(_body: schemas.Nothing) -> Response:
    """End all others as `DELETE /sessions/others` does. For forms."""
    return own.end_other_sessions()
