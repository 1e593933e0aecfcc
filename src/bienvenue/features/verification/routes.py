"""The routes of verifying an address, and the page a mailed link opens."""

from datetime import timedelta
from typing import Any

from flask import Response, request

from bienvenue.errors import BienvenueError
from bienvenue.features.verification.flow import Proof, Verification
from bienvenue.one_time_token import CODE_LIFETIME
from bienvenue.web import language, local, rendered, schemas, throttled
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import WITH_BODY, Api, answer
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here
from bienvenue.web.problems import Malformed

api = Api(__package__)

_PAGE = "bienvenue/verify_email.html"
_CODE = "bienvenue/verify_code.html"


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
        return rendered.page(_CODE, **_asked())
    waiting = _waiting(token)
    if waiting is None:
        return rendered.refused(_PAGE)
    return rendered.page(
        _PAGE, token=token, email=waiting, known=_is_own(waiting)
    )


def _sent(
    _members: dict[str, Any], error: BienvenueError | None
) -> Response:
    return rendered.outcome("bienvenue/verify_email_sent.html", error)


def _page(
    members: dict[str, Any], error: BienvenueError | None
) -> Response:
    if "token" not in members:
        return rendered.outcome(_CODE, error, **_asked(members))
    token = str(members["token"])
    waiting = _waiting(token)
    return rendered.outcome(
        _PAGE, error, token=token, email=waiting, known=_is_own(waiting)
    )


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
    proof = Proof(signed_in(), body.password)
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
    waiting = _verification().waiting(token)
    language.written_for(waiting)
    return waiting


def _asked(members: dict[str, Any] | None = None) -> dict[str, Any]:
    """Return what the form for a code has filled in.

    A session stands for the password, and is of one address.
    """
    user = signed_in()
    typed = str((members or {}).get("email", ""))
    known = user if user and typed in {"", user.email} else None
    return {
        "known": known is not None,
        "email": known.email if known else typed,
        "minutes": CODE_LIFETIME // timedelta(minutes=1),
    }


def _is_own(waiting: str | None) -> bool:
    """Tell whether a session stands for the password."""
    user = signed_in()
    return user is not None and user.email == waiting


def _verification() -> Verification:
    return Verification(here().auth)
