"""The security log as a page, and what to do when it was not oneself."""

from http import HTTPStatus

from flask import Response, request

from bienvenue.errors import BienvenueError
from bienvenue.features.account.flow import Account
from bienvenue.web import own_page, schemas
from bienvenue.web.api import ALWAYS, Api
from bienvenue.web.current_user import current_user, login_required
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem

api = Api()

_MOST_DIGITS = 18  # of an id, on every engine


@api.page("/account/log")
@own_page.for_owner
def account_log_page() -> Response:
    """Show what happened to one's account, the latest first."""
    before = _number("before")
    found = Account(here().auth).log(current_user, before)
    return own_page.shown(
        "bienvenue/account_log.html",
        entries=found.entries,
        older=found.older,
        newest=before is None,
    )


@api.page("/account/not_me")
@own_page.for_owner
def account_not_me_page() -> Response:
    """Show what will be done about an entry that was somebody else's."""
    return _not_me()


def _not_me(error: BienvenueError | None = None) -> Response:
    number = _number("event")
    entry = number and Account(here().auth).entry(current_user, number)
    return own_page.shown(
        "bienvenue/account_not_me.html",
        error,
        entry=entry or None,
        mailed=here().settings.mail != "off",
    )


@api.route(
    "POST",
    "/account/not_me",
    takes=schemas.Nothing,
    session=True,
    answers={**ALWAYS, 204: None, 400: Problem, 403: Problem},
    page=own_page.answered(
        "bienvenue.account_not_me_page",
        _not_me,
        goal="bienvenue.account_password_page",
        done="not_me",
    ),
)
@login_required
def report_by_form(_body: schemas.Nothing) -> Response:
    """Say that something in the log was not oneself. For forms.

    All other sessions end, as with `DELETE /sessions/others`; the log says
    why.
    """
    Account(here().auth).report(current_user)
    return Response(status=HTTPStatus.NO_CONTENT)


def _number(name: str) -> int | None:
    """Return a number of the page's address; None for what is none."""
    text = request.args.get(name, "")
    fits = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if fits else None
