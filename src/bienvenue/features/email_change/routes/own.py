"""The API of one's own address and language."""

from typing import Annotated

from flask import Response
from pydantic import Field

from bienvenue import translation
from bienvenue.features.email_change.flow import EmailChange
from bienvenue.web import schemas, throttled
from bienvenue.web.api import WITH_BODY, Api
from bienvenue.web.current_user import (
    current_user,
    login_required,
    recently_authenticated,
)
from bienvenue.web.extension import here
from bienvenue.web.problems import Malformed
from bienvenue.web.views import answer

api = Api()

Language = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join(translation.languages())})$",
        description="language of mails and pages (BCP 47)",
        examples=["fr"],
    ),
]


class ProfileChange(schemas.Loose):
    """What somebody changes about themselves; what is left out stays."""

    email: schemas.Email = ""
    language: Language = ""


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
        request_change(body.email)
        message = "a mail is on its way to the new address"
    if body.language:
        change = EmailChange(here().auth)
        change.choose_language(current_user, body.language)
    return answer(
        schemas.EmailMessage(email=current_user.email, message=message)
    )


@recently_authenticated
def request_change(email: str) -> None:
    """Have a link mailed to an address; take what the limits say."""
    extension = here()
    extension.throttle.email_change(current_user.email)
    told = extension.throttle.verification_mail(email)
    if not told:
        throttled.withheld("verification_mails_per_account")
    EmailChange(extension.auth).request(current_user, email, told=told)
    extension.courier.wake()
