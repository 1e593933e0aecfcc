"""What mailed links about a change of address lead to."""

from typing import Any

from flask import Response, request

from bienvenue.errors import BienvenueError
from bienvenue.features.email_change.flow import EmailChange, masked
from bienvenue.features.email_change.link import Change
from bienvenue.features.email_change.undo import Undo
from bienvenue.web import language, local, rendered, schemas
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import WITH_BODY, Api
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here
from bienvenue.web.views import answer

api = Api()

_CONFIRM = "bienvenue/confirm_email_change.html"
_UNDO = "bienvenue/undo_email_change.html"


class MailedToken(schemas.Body):
    """The token of a mailed link."""

    token: schemas.Token


@api.page("/confirm_email_change")
def confirm_email_change_page() -> Response:
    """Show what a mailed link will do; do nothing."""
    token = request.args.get("token", "")
    waiting = EmailChange(here().auth).waiting(token)
    return _shown(_CONFIRM, token, waiting)


@api.page("/undo_email_change")
def undo_email_change_page() -> Response:
    """Show what a mailed link will do; do nothing."""
    token = request.args.get("token", "")
    waiting = Undo(here().auth).waiting(token)
    return _shown(_UNDO, token, waiting)


def _confirmed(
    members: dict[str, Any], error: BienvenueError | None
) -> Response:
    if error is not None:
        token = str(members.get("token", ""))
        _written_for(EmailChange(here().auth).waiting(token))
    return rendered.outcome(_CONFIRM, error)


def _undone(members: dict[str, Any], error: BienvenueError | None) -> Response:
    if error is not None:
        token = str(members.get("token", ""))
        _written_for(Undo(here().auth).waiting(token))
    return rendered.outcome(_UNDO, error)


@api.route(
    "POST",
    "/confirm_email_change",
    takes=MailedToken,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_confirmed,
)
def confirm_email_change(body: MailedToken) -> Response:
    """Use a new address, by the link that was mailed to it.

    Every other session ends, and the old address is told.
    """
    with here().throttle.verification(local.network()):
        email = EmailChange(here().auth).confirm(body.token, signed_in())
    language.written_for(email)
    here().courier.wake()
    return answer(schemas.EmailMessage(email=email, message="email changed"))


@api.route(
    "POST",
    "/undo_email_change",
    takes=MailedToken,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_undone,
)
@hashes_password
def undo_email_change(body: MailedToken) -> Response:
    """Go back to the address before, by the link that was mailed to it.

    Every session ends and the password opens nothing any more; a mail lets
    the owner of the address choose a new one.
    """
    with here().throttle.verification(local.network()):
        email = Undo(here().auth).undo(body.token)
    language.written_for(email)
    here().courier.wake()
    return answer(schemas.EmailMessage(email=email, message="email restored"))


def _written_for(change: Change | None) -> None:
    language.written_for(change and change.current)


def _shown(template: str, token: str, change: Change | None) -> Response:
    _written_for(change)
    if change is None:
        return rendered.refused(template)
    return rendered.page(
        template,
        token=token,
        current=masked(change.current),
        goal=change.goal,
    )
