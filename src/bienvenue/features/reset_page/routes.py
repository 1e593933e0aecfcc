"""The page of a mailed reset link, and the form on it.

``POST`` and ``PUT`` of the same path are the classic routes; the form of a
page knows no ``PUT``, so it has a path of its own and does the same.
"""

from typing import Any

from flask import Response, request, url_for

from bienvenue import policy
from bienvenue.errors import BienvenueError, InvalidToken
from bienvenue.one_time_token import Purpose, owner
from bienvenue.web import (
    cookies,
    language,
    redirects,
    rendered,
    schemas,
    throttled,
    too_many,
)
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import WITH_BODY, Api
from bienvenue.web.extension import here
from bienvenue.web.views import answer

api = Api(__package__)

_PAGE = "bienvenue/reset_password.html"
_ASK = "bienvenue/ask_for_reset.html"

_WAIT_SECONDS = 60
"""How long the page asks people to wait before they ask again."""


@api.page("/reset_password")
def reset_password_page() -> Response:
    """Ask for the new password, or without a link for the address.

    Spends nothing.
    """
    token = request.args.get("token")
    noted = _noted()
    if token is None:
        sent = request.args.get("done") == "sent"
        return rendered.page(_ASK, sent=sent, **noted)
    email = _waiting(token)
    if email is None:
        return rendered.outcome(_PAGE, InvalidToken(), **noted)
    return rendered.page(_PAGE, token=token, email=email, least=_least())


def _asked(members: dict[str, Any], error: BienvenueError | None) -> Response:
    typed = str(members.get("email", ""))
    if error is not None:
        values = {"sent": False, "wait": _WAIT_SECONDS, "email": typed}
        return too_many.outcome(_ASK, error, _here_again(), **values)
    response = redirects.see_other(_here_again(done="sent"))
    if typed != _noted()["email"]:
        note = here().newcomers.write(typed)
        cookies.keep_newcomer(response, here().settings, note)
    return response


def _here_again(done: str | None = None) -> str:
    return url_for("bienvenue.reset_password_page", done=done)


@api.route(
    "POST",
    "/reset_password/mail",
    takes=schemas.ResetRequest,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_asked,
)
@throttled.reset_request
def mail_reset(body: schemas.ResetRequest) -> Response:
    """Ask for a reset by mail, in every profile.

    The answer does not tell whether the address has an account.
    """
    extension = here()
    if extension.throttle.reset_mail(body.email):
        extension.auth.request_password_reset(body.email)
        extension.courier.wake()
    else:
        throttled.withheld("reset_mails_per_account")
    message = "if the address has an account, a mail is on its way"
    return answer(schemas.EmailMessage(email=body.email, message=message))


def _page(members: dict[str, Any], error: BienvenueError | None) -> Response:
    token = str(members.get("reset_token", ""))
    if error is None:
        place = url_for("bienvenue.sign_in_page", done="password")
        return redirects.see_other(place)
    return too_many.outcome(
        _PAGE,
        error,
        _here_again(),
        token=token if _waiting(token) else "",
        email=str(members.get("email", "")),
        least=_least(),
        wait=_WAIT_SECONDS,
    )


@api.route(
    "POST",
    "/reset_password/new",
    takes=schemas.NewPassword,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_page,
)
@throttled.reset
@hashes_password
def choose_password(body: schemas.NewPassword) -> Response:
    """Spend a reset token on a new password, as `PUT /reset_password` does.

    For forms.
    """
    here().auth.update_password(
        body.reset_token, body.new_password, email=body.email
    )
    here().courier.wake()
    language.written_for(body.email)
    return answer(
        schemas.EmailMessage(email=body.email, message="Password updated")
    )


def _noted() -> dict[str, Any]:
    """Return the address this browser waits for a mail for, if any."""
    noted = here().newcomers.read(cookies.newcomer_note(request))
    return {"email": noted.email, "wait": _WAIT_SECONDS}


def _waiting(token: str) -> str | None:
    """Return whose unspent token this is; None if it is void."""
    found = here().auth.db.read(
        lambda unit: owner(unit, Purpose.RESET_PASSWORD, token)
    )
    email = found.email if found else None
    language.written_for(email)
    return email


def _least() -> int:
    """Return how long the policy wants a password; 0 where any will do."""
    return policy.least_length(here().settings)
