"""The page to change one's address."""

from http import HTTPStatus
from typing import Any

from flask import Response

from bienvenue.errors import BienvenueError
from bienvenue.features.email_change.flow import EmailChange
from bienvenue.features.email_change.routes.own import request_change
from bienvenue.web import own_page, schemas
from bienvenue.web.api import ALWAYS, WITH_BODY, Api
from bienvenue.web.current_user import current_user, login_required
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem
from bienvenue.web.views import answer

api = Api()

_PAGE = "bienvenue.account_email_page"


class NewAddress(schemas.Body):
    """The address that an account is to have."""

    email: schemas.Email


@api.page("/account/email")
@own_page.for_owner
def account_email_page() -> Response:
    """Show one's address, and the one that waits to be confirmed."""
    return _shown()


def _shown(error: BienvenueError | None = None, typed: str = "") -> Response:
    return own_page.shown(
        "bienvenue/account_email.html",
        error,
        done=own_page.done("sent", "cancelled"),
        typed=typed,
        verified=current_user.verified_at_us is not None,
        mailed=here().settings.mail != "off",
        pending=EmailChange(here().auth).pending(current_user),
        fresh=own_page.is_fresh(),
    )


def _sent(members: dict[str, Any], error: BienvenueError | None) -> Response:
    typed = str(members.get("email", ""))
    answer = own_page.answered(
        _PAGE, lambda error: _shown(error, typed), done="sent"
    )
    return answer(members, error)


@api.route(
    "POST",
    "/account/email",
    takes=NewAddress,
    session=True,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_sent,
)
@login_required
def change_email_by_form(body: NewAddress) -> Response:
    """Ask for another address as `PATCH /profile` does. For forms."""
    request_change(body.email)
    return answer(
        schemas.EmailMessage(
            email=current_user.email,
            message="a mail is on its way to the new address",
        )
    )


@api.route(
    "POST",
    "/account/email/cancel",
    takes=schemas.Nothing,
    session=True,
    answers={**ALWAYS, 204: None, 400: Problem, 403: Problem},
    page=own_page.answered(_PAGE, _shown, done="cancelled"),
)
@login_required
def cancel_email_change_by_form(_body: schemas.Nothing) -> Response:
    """Call off the change of address that was asked for. For forms.

    The link that was mailed does not count any more.
    """
    EmailChange(here().auth).cancel(current_user)
    return Response(status=HTTPStatus.NO_CONTENT)
