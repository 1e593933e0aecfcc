"""The pages by which people sign in, sign up and sign out.

They do what the classic routes do, by the same verbs, and lead a person on
to where they came from.
"""

from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeVar

from flask import Response, request, url_for
from pydantic import Field

from bienvenue import address, policy
from bienvenue.errors import BienvenueError
from bienvenue.web import (
    cookies,
    local,
    redirects,
    rendered,
    schemas,
    throttled,
    too_many,
    verbs,
)
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import ALWAYS, WITH_BODY, Api
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem
from bienvenue.web.views import answer

C = TypeVar("C", bound=schemas.Credentials)

api = Api(__package__)

_SIGN_IN = "bienvenue/sign_in.html"
_SIGN_UP = "bienvenue/sign_up.html"
_DONE = ("signed_up", "signed_out", "verified", "password")


class SignIn(schemas.Loose, schemas.Credentials):
    """An address and its password, for how long, and where to go on to."""

    keep: Annotated[
        str,
        Field(
            pattern=r"^(yes)?$",
            description="`yes`: stay signed in when the browser is closed",
            examples=["yes"],
        ),
    ] = ""
    next: redirects.Next = ""


def _once(view: Callable[[C], Response]) -> Callable[[C], Response]:
    """Lead on whoever is signed in already, as the page of the form does.

    Another tab was faster, and nothing is tried twice.  Another account
    than theirs is signed in to as ever.  Stands above the limits: what is
    not tried must not end the counting of failures.
    """

    @wraps(view)
    def led_on(body: C) -> Response:
        own = signed_in() if local.wants_page() else None
        if own and address.key(own.email) in address.keys(body.email):
            return answer(
                schemas.EmailMessage(email=body.email, message="signed in")
            )
        return view(body)

    return led_on


@api.page("/sign_in")
def sign_in_page() -> Response:
    """Ask for address and password; who is signed in is led on at once."""
    goal = request.args.get("next", "")
    if signed_in() is not None:
        return redirects.lead_on(goal)
    goal = redirects.checked(goal)
    done = request.args.get("done")
    noted = here().newcomers.read(cookies.newcomer_note(request))
    filled = _filled(goal, noted.email)
    page = rendered.page(
        _SIGN_IN, done=done if done in _DONE else None, **filled
    )
    return redirects.may_lead_on(page, goal)


def _signed_in_page(
    members: dict[str, Any], error: BienvenueError | None
) -> Response:
    goal = str(members.get("next", ""))
    if error is None:
        return redirects.lead_on(goal)
    goal, typed = redirects.checked(goal), str(members.get("email", ""))
    keep = members.get("keep") == "yes"
    again = url_for("bienvenue.sign_in_page", next=goal or None)
    filled = _filled(goal, typed, keep=keep)
    page = too_many.outcome(_SIGN_IN, error, again, guessed=True, **filled)
    return redirects.may_lead_on(page, goal)


@api.route(
    "POST",
    "/sign_in",
    takes=SignIn,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 401: Problem},
    page=_signed_in_page,
)
@_once
@throttled.login
@hashes_password
def sign_in(body: SignIn) -> Response:
    """Begin a session as `POST /sessions` does. For forms."""
    kept = body.keep == "yes"
    session_id = verbs.begin_session(body, kept=kept)
    response = answer(
        schemas.EmailMessage(email=body.email, message="logged in")
    )
    cookies.keep(response, here().settings, session_id, kept=kept)
    if cookies.newcomer_note(request):
        cookies.forget_newcomer(response, here().settings)
    return response


@api.page("/sign_up")
def sign_up_page() -> Response:
    """Ask for the address and the password of a new account."""
    if signed_in() is not None:
        return redirects.lead_on("")
    return rendered.page(_SIGN_UP, email="", **_rules())


def _signed_up_page(
    members: dict[str, Any], error: BienvenueError | None
) -> Response:
    if error is not None:
        again = url_for("bienvenue.sign_up_page")
        email = str(members.get("email", ""))
        return too_many.outcome(
            _SIGN_UP, error, again, email=email, **_rules()
        )
    if signed_in() is not None:
        return redirects.lead_on("")
    if _waits_for_mail():
        return redirects.see_other(url_for("bienvenue.verify_email_page"))
    return redirects.see_other(
        url_for("bienvenue.sign_in_page", done="signed_up")
    )


@api.route(
    "POST",
    "/sign_up",
    takes=schemas.Credentials,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 400: schemas.Taken},
    page=_signed_up_page,
)
@_once
@throttled.registration
@hashes_password
def sign_up(body: schemas.Credentials) -> Response:
    """Make an account as `POST /users` does. For forms."""
    note = verbs.sign_up(body)
    response = answer(
        schemas.EmailMessage(email=body.email, message="user created")
    )
    if local.wants_page():
        cookies.keep_newcomer(response, here().settings, note)
    return response


@api.route("POST", "/sign_out", answers={**ALWAYS, 303: None, 403: Problem})
def sign_out() -> Response:
    """End this session, if there is one, and lead to the sign-in page.

    For forms: a link would let any page sign people out.
    """
    place = url_for("bienvenue.sign_in_page", done="signed_out")
    response = redirects.see_other(place)
    verbs.end_session(response)
    return response


def _filled(
    goal: str, email: str = "", *, keep: bool = False
) -> dict[str, Any]:
    """Return what the form has filled in, and what other ways in there are."""
    settings = here().settings
    mailed = settings.mail != "off"
    return {
        "email": email,
        "keep": keep,
        "next": goal,
        "mailed": mailed,
        "verified": _waits_for_mail(),
    }


def _waits_for_mail() -> bool:
    """Tell whether a newcomer cannot sign in before a mail came back."""
    settings = here().settings
    return settings.wants_verified and settings.mail != "off"


def _rules() -> dict[str, Any]:
    """Return what the sign-up page tells before anything is typed."""
    return {"least": policy.least_length(here().settings)}
