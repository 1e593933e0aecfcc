"""The page where whoever is signed in gives their password again.

It does what ``POST /sessions/reauthentication`` does, and leads back to the
task that wanted it (``redirects.to_reauthenticate``).
"""

from typing import Any

from flask import Response, request, url_for

from bienvenue.errors import BienvenueError, SessionRequired
from bienvenue.web import (
    redirects,
    rendered,
    schemas,
    throttled,
    too_many,
    verbs,
)
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import WITH_BODY, Api
from bienvenue.web.current_user import (
    current_user,
    login_required,
    signed_in,
)
from bienvenue.web.extension import here
from bienvenue.web.views import answer

api = Api(__package__)

_PAGE = "bienvenue/reauthenticate.html"


class OwnPasswordAgain(schemas.Loose):
    """The password of whoever is signed in, and where to go on to."""

    password: schemas.Password
    next: redirects.Next = ""


@api.page("/reauthenticate")
def reauthentication_page() -> Response:
    """Ask for the password again; asked even where the proof is fresh.

    What sent a person here may want it fresher than others do.
    """
    goal = redirects.checked(request.args.get("next", ""))
    if signed_in() is None:
        return redirects.to_sign_in(_back(goal))  # which is fresh proof
    page = rendered.page(_PAGE, email=current_user.email, **_to(goal))
    return redirects.may_lead_on(page, goal)


def _page(members: dict[str, Any], error: BienvenueError | None) -> Response:
    goal = redirects.checked(str(members.get("next", "")))
    if error is None:
        return redirects.see_other(_back(goal))
    if isinstance(error, SessionRequired):
        return redirects.to_sign_in(_back(goal))
    again = url_for("bienvenue.reauthentication_page", next=goal or None)
    values = {"email": current_user.email, **_to(goal)}
    page = too_many.outcome(_PAGE, error, again, guessed=True, **values)
    return redirects.may_lead_on(page, goal)


@api.route(
    "POST",
    "/reauthenticate",
    takes=OwnPasswordAgain,
    session=True,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_page,
)
@login_required
@throttled.own_password
@hashes_password
def give_password_again(body: OwnPasswordAgain) -> Response:
    """Do what `POST /sessions/reauthentication` does. For forms."""
    email = current_user.email
    response = answer(
        schemas.EmailMessage(email=email, message="authenticated")
    )
    verbs.renew_session(response, current_user, body.password)
    return response


def _to(goal: str) -> dict[str, Any]:
    mailed = here().settings.mail != "off"
    return {"next": goal, "back": _back(goal), "mailed": mailed}


def _back(goal: str) -> str:
    return goal or url_for("bienvenue.account_page")
