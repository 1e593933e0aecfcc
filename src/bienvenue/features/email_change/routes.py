"""The routes of changing one's address, and the pages of mailed links."""

from typing import Annotated, Any

from flask import Response, request
from pydantic import Field

from bienvenue.errors import BienvenueError
from bienvenue.features.email_change.flow import EmailChange, masked
from bienvenue.features.email_change.link import Change
from bienvenue.features.email_change.undo import Undo
from bienvenue.web import language, local, rendered, schemas, throttled
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import WITH_BODY, Api, answer
from bienvenue.web.current_user import (
    current_user,
    login_required,
    recently_authenticated,
    signed_in,
)
from bienvenue.web.extension import here
from bienvenue.web.problems import Malformed

api = Api(__package__)

Language = Annotated[
    str,
    Field(
        pattern="^(en|fr)$",
        description="language of mails and pages (BCP 47)",
        examples=["fr"],
    ),
]

_CONFIRM = "bienvenue/confirm_email_change.html"
_UNDO = "bienvenue/undo_email_change.html"


class ProfileChange(schemas.Loose):
    """What somebody changes about themselves; what is left out stays."""

    email: schemas.Email = ""
    language: Language = ""


class MailedToken(schemas.Body):
    """The token of a mailed link."""

    token: schemas.Token


@api.route(
    "PATCH",
    "/profile",
    takes=ProfileChange,
    session=True,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
)
@login_required
def change_profile(body: ProfileChange) -> Response:
    """Change one's own address or language.

    A new address is used once the link mailed to it was opened; to ask for
    one takes a recent proof of who one is. The answer is the same whether
    or not the address has an account.
    """
    if not body.email and not body.language:
        raise Malformed("email and language are missing")
    message = "profile updated"
    if body.email:
        _request(body.email)
        message = "a mail is on its way to the new address"
    if body.language:
        change = EmailChange(here().auth)
        change.choose_language(current_user, body.language)
    return answer(
        schemas.EmailMessage(email=current_user.email, message=message)
    )


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


def _undone(
    members: dict[str, Any], error: BienvenueError | None
) -> Response:
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


@recently_authenticated
def _request(email: str) -> None:
    extension = here()
    extension.throttle.email_change(current_user.email)
    told = extension.throttle.verification_mail(email)
    if not told:
        throttled.withheld("verification_mails_per_account")
    EmailChange(extension.auth).request(current_user, email, told=told)
    extension.courier.wake()


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
