"""The routes of verifying an address, and the page a mailed link opens."""

from datetime import timedelta
from functools import partial
from typing import Any

from flask import Response, request, url_for

from bienvenue.errors import BienvenueError, InvalidToken
from bienvenue.features.verification.flow import Proof, Verification
from bienvenue.newcomer_note import Noted
from bienvenue.one_time_token import CODE_LIFETIME
from bienvenue.web import (
    cookies,
    language,
    local,
    redirects,
    rendered,
    schemas,
    throttled,
    too_many,
)
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import WITH_BODY, Api
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here
from bienvenue.web.problems import Malformed
from bienvenue.web.views import answer

api = Api(__package__)

_PAGE = "bienvenue/verify_email.html"
_CODE = "bienvenue/verify_code.html"

_WAIT_SECONDS = 60
"""How long a page asks people to wait before they ask for another mail."""


class Verify(schemas.Loose):
    """A mailed link's token, or an address with the code mailed to it.

    The password is the one to sign in with; a session of the account stands
    for it.
    """

    token: schemas.Token = ""
    email: schemas.Email = ""
    code: schemas.Code = ""
    password: schemas.Password = ""


class Resend(schemas.Loose):
    """The address to verify; without, that of whoever is signed in."""

    email: schemas.Email = ""


@api.page("/verify_email")
def verify_email_page() -> Response:
    """Show what a mailed link will do, or ask for the code; do nothing.

    Programs that look for harmful links open all of them.
    """
    token = request.args.get("token")
    if token is None:
        done = request.args.get("done") == "sent"
        return rendered.page(_CODE, done=done, **_asked())
    email = _waiting(token)
    if email is None:
        return rendered.outcome(
            _PAGE, InvalidToken(), mailed_to=_noted().email
        )
    return rendered.page(_PAGE, **_of_link(token, email))


def _sent(members: dict[str, Any], error: BienvenueError | None) -> Response:
    if error is None:
        place = url_for("bienvenue.verify_email_page", done="sent")
        response = redirects.see_other(place)
        typed = str(members.get("email", ""))
        if typed and typed != _noted().email:  # which may prove more
            note = here().newcomers.write(typed)
            cookies.keep_newcomer(response, here().settings, note)
        return response
    return too_many.outcome(_CODE, error, _here_again(), **_asked())


def _page(members: dict[str, Any], error: BienvenueError | None) -> Response:
    if error is None:
        place = url_for("bienvenue.sign_in_page", done="verified")
        return redirects.see_other(place)
    if "token" not in members:
        asked = _asked(members)
        return too_many.outcome(_CODE, error, _here_again(), **asked)
    token = str(members["token"])
    values = {"mailed_to": _noted().email, **_of_link(token, _waiting(token))}
    return too_many.outcome(_PAGE, error, _here_again(), **values)


def _here_again() -> str:
    return url_for("bienvenue.verify_email_page")


@api.route(
    "POST",
    "/verify_email",
    takes=Verify,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_page,
)
@hashes_password
def verify_email(body: Verify) -> Response:
    """Verify an address by what was mailed to it.

    By the token of a link: a password that is not the account's becomes it,
    and all sessions end. By a code: only with the account's own password.
    A session of the account stands for the password.
    """
    proof = _proof(body.password)
    throttle, network = here().throttle, local.network()
    if "token" in body.model_fields_set:
        with throttle.verification(network):
            email = _verification().by_link(body.token, proof)
    elif body.email and body.code:
        with throttle.verification(network, body.email):
            email = _verification().by_code(body.email, body.code, proof)
    else:
        raise Malformed("token is missing, or email and code")
    language.written_for(email)
    return answer(schemas.EmailMessage(email=email, message="email verified"))


@api.route(
    "POST",
    "/verify_email/resend",
    takes=Resend,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
    page=_sent,
)
def resend_verification(body: Resend) -> Response:
    """Ask for another link and code.

    The answer is the same for every address.
    """
    user = signed_in()
    email = body.email or (user and user.email)
    if not email:
        raise Malformed("email is missing")
    throttle = here().throttle
    throttle.verification_request(local.network())
    if throttle.verification_mail(email):
        _verification().ask(email)
        here().courier.wake()
    else:
        throttled.withheld("verification_mails_per_account")
    return answer(
        schemas.EmailMessage(
            email=email,
            message="if the address waits to be verified, a mail is on its"
            " way",
        )
    )


def _waiting(token: str) -> str | None:
    """Return the address that a link is about, which its reader reads."""
    email = _verification().waiting(token)
    language.written_for(email)
    return email


def _asked(members: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the form for a code has filled in.

    A session stands for the password, and is of one address.
    """
    user = signed_in()
    typed = str((members or {}).get("email", ""))
    known = user if user and typed in {"", user.email} else None
    noted = _noted()
    # Once it was wrong, the password is asked for: the note may not fit.
    newcomer = known is None and noted.chosen and members is None
    return {
        "known": known is not None,
        "newcomer": newcomer,
        "email": known.email if known else typed or noted.email,
        "minutes": CODE_LIFETIME // timedelta(minutes=1),
        "wait": _WAIT_SECONDS,
    }


def _of_link(token: str, email: str | None) -> dict[str, Any]:
    """Return what the page of a link shows, which is about an address."""
    known = _verification().knows(token, _proof())
    return {"token": token, "email": email, "known": known}


def _proof(password: str = "") -> Proof:
    """Return what the request brings beside the mail."""
    note = cookies.newcomer_note(request)
    chose = partial(here().newcomers.fits, note) if note else None
    return Proof(signed_in(), password, chose)


def _noted() -> Noted:
    """Return what this browser has noted of whom it waits for a mail for."""
    return here().newcomers.read(cookies.newcomer_note(request))


def _verification() -> Verification:
    return Verification(here().auth)
