"""The pages by which people sign in, sign up and sign out.

They do what the classic routes do, by the same verbs, and lead a person on
to where they came from.
"""

from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlsplit

from flask import Response, request, url_for
from pydantic import Field

from bienvenue.errors import BienvenueError
from bienvenue.return_address import MAX_CHARACTERS, ReturnAddresses
from bienvenue.web import (
    cookies,
    headers,
    rendered,
    schemas,
    throttled,
    verbs,
)
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import ALWAYS, WITH_BODY, Api, answer
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem

api = Api(__package__)

_SIGN_IN = "bienvenue/sign_in.html"
_SIGN_UP = "bienvenue/sign_up.html"


class SignIn(schemas.Loose, schemas.Credentials):
    """An address and its password, and where to go on to."""

    next: Annotated[
        str,
        Field(
            max_length=MAX_CHARACTERS,
            description="where the page leads on to: a path of the service,"
            " or a URL of one of `return_origins`",
        ),
    ] = ""


@api.page("/sign_in")
def sign_in_page() -> Response:
    """Ask for address and password; who is signed in is led on at once."""
    goal = request.args.get("next", "")
    if signed_in() is not None:
        return _lead_on(goal)
    goal = _checked(goal)
    return _may_lead_on(
        rendered.page(_SIGN_IN, email="", next=goal, **_offers()), goal
    )


def _signed_in_page(
    members: dict[str, Any], error: BienvenueError | None
) -> Response:
    goal = str(members.get("next", ""))
    if error is None:
        return _lead_on(goal)
    goal, email = _checked(goal), str(members.get("email", ""))
    page = rendered.outcome(
        _SIGN_IN, error, email=email, next=goal, **_offers()
    )
    return _may_lead_on(page, goal)


@api.route(
    "POST",
    "/sign_in",
    takes=SignIn,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 401: Problem},
    page=_signed_in_page,
)
@throttled.login
@hashes_password
def sign_in(body: SignIn) -> Response:
    """Begin a session as `POST /sessions` does. For forms."""
    session_id = verbs.begin_session(body)
    response = answer(
        schemas.EmailMessage(email=body.email, message="logged in")
    )
    cookies.keep(response, here().settings, session_id)
    return response


@api.page("/sign_up")
def sign_up_page() -> Response:
    """Ask for the address and the password of a new account."""
    if signed_in() is not None:
        return _lead_on("")
    return rendered.page(_SIGN_UP, email="", **_rules())


def _signed_up_page(
    members: dict[str, Any], error: BienvenueError | None
) -> Response:
    email = str(members.get("email", ""))
    return rendered.outcome(_SIGN_UP, error, email=email, **_rules())


@api.route(
    "POST",
    "/sign_up",
    takes=schemas.Credentials,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 400: schemas.Taken},
    page=_signed_up_page,
)
@throttled.registration
@hashes_password
def sign_up(body: schemas.Credentials) -> Response:
    """Make an account as `POST /users` does. For forms."""
    verbs.sign_up(body)
    return answer(
        schemas.EmailMessage(email=body.email, message="user created")
    )


@api.route("POST", "/sign_out", answers={**ALWAYS, 303: None, 403: Problem})
def sign_out() -> Response:
    """End this session, if there is one, and lead to the sign-in page.

    For forms: a link would let any page sign people out.
    """
    response = _redirect(url_for("bienvenue.sign_in_page"))
    verbs.end_session(response)
    return response


def _lead_on(goal: str) -> Response:
    return _redirect(_checked(goal) or url_for("bienvenue.account_page"))


def _may_lead_on(page: Response, goal: str) -> Response:
    """Let a page's form be answered by a redirect to a checked address."""
    url = urlsplit(goal)
    if url.netloc:
        origin = f"{url.scheme}://{url.netloc}"
        page.headers["Content-Security-Policy"] = headers.page_policy(origin)
    return page


def _checked(goal: str) -> str:
    """Return where to go on to, or "" for where nobody is sent."""
    allowed = ReturnAddresses.of(here().settings).allows(goal)
    return goal if allowed else ""


def _redirect(goal: str) -> Response:
    """Answer 303: whatever was sent, what follows is a GET (RFC 9110)."""
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": goal})


def _offers() -> dict[str, Any]:
    """Return which ways in there are beside the password."""
    settings = here().settings
    mailed = settings.mail != "off"
    return {"mailed": mailed, "verified": settings.wants_verified and mailed}


def _rules() -> dict[str, Any]:
    """Return what the sign-up page tells before anything is typed."""
    settings = here().settings
    return {
        "least": settings.password_min_length if settings.strict_rules else 0,
        "verified": settings.wants_verified,
    }
