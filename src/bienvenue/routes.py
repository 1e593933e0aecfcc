"""The classic routes: register, sign in, profile, sign out, reset.

What clients of this kind of service have always sent and been answered;
what a request means is left to ``Auth``.
"""

from http import HTTPStatus

from flask import Response

from bienvenue.errors import MailOff, SessionRequired
from bienvenue.web import cookies, local, schemas, throttled, verbs
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import ALWAYS, WITH_BODY, Api
from bienvenue.web.current_user import current_user, login_required
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem
from bienvenue.web.views import answer

api = Api()


@api.route("GET", "/", answers={200: schemas.Message})
def welcome() -> Response:
    """Say hello."""
    return answer(schemas.Message(message="Bienvenue"))


@api.route(
    "POST",
    "/users",
    takes=schemas.Credentials,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 400: schemas.Taken},
)
@throttled.registration
@hashes_password
def register(body: schemas.Credentials) -> Response:
    """Make an account.

    Where production's rules hold and mail is not off, a taken address is
    answered like a fresh one, and its owner is told by mail.
    """
    verbs.sign_up(body)
    return answer(
        schemas.EmailMessage(email=body.email, message="user created")
    )


@api.route(
    "POST",
    "/sessions",
    takes=schemas.Credentials,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 401: Problem},
)
@throttled.login
@hashes_password
def log_in(body: schemas.Credentials) -> Response:
    """Begin a session.

    The answer sets the session cookie; in production a session that the
    request brings ends, and all others live on. An unknown address and a wrong
    password are answered alike, in the same time.
    """
    session_id = verbs.begin_session(body)
    response = answer(
        schemas.EmailMessage(email=body.email, message="logged in")
    )
    cookies.keep(response, here().settings, session_id)
    return response


@api.route(
    "GET",
    "/profile",
    session=True,
    answers={**ALWAYS, 200: schemas.Profile, 403: Problem},
)
@login_required
def profile() -> Response:
    """Tell who is signed in."""
    return answer(schemas.Profile(email=current_user.email))


@api.route(
    "DELETE",
    "/sessions",
    session=True,
    answers={**ALWAYS, 204: None, 302: None, 403: Problem},
)
def log_out() -> Response:
    """End this session.

    A client that prefers JSON is answered 204; any other is sent to `/`,
    or answered 204 too where the settings say so.
    """
    quiet = here().settings.logout_response == "no_content"
    if quiet or local.prefers_json():
        response = Response(status=HTTPStatus.NO_CONTENT)
    else:
        response = Response(status=HTTPStatus.FOUND)
        response.headers["Location"] = "/"
    if not verbs.end_session(response):
        raise SessionRequired
    return response


@api.route(
    "POST",
    "/reset_password",
    takes=schemas.ResetRequest,
    answers={**WITH_BODY, 200: schemas.ResetAnswer, 403: Problem},
)
@throttled.reset_request
def request_reset(body: schemas.ResetRequest) -> Response:
    """Ask for a reset token.

    In the development profile the token is in the answer, and an unknown
    address is answered 403. In production it goes by mail, and the answer
    does not tell whether the address has an account.
    """
    auth = here().auth
    if auth.settings.mail == "off" and not auth.settings.echo_tokens:
        raise MailOff
    if auth.settings.echo_tokens:
        local.only(auth.settings)
        token = auth.get_reset_password_token(body.email)
        courier = here().courier
        courier.show(courier.letters.reset_password(body.email, token))
        return answer(schemas.ResetToken(email=body.email, reset_token=token))
    if here().throttle.reset_mail(body.email):
        auth.request_password_reset(body.email)
        here().courier.wake()
    else:
        throttled.withheld("reset_mails_per_account")
    return answer(
        schemas.EmailMessage(
            email=body.email,
            message="if the address has an account, a mail is on its way",
        )
    )


@api.route(
    "PUT",
    "/reset_password",
    takes=schemas.NewPassword,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 403: Problem},
)
@throttled.reset
@hashes_password
def update_password(body: schemas.NewPassword) -> Response:
    """Spend a reset token on a new password.

    Every session of the account ends.
    """
    here().auth.update_password(
        body.reset_token, body.new_password, email=body.email
    )
    here().courier.wake()
    return answer(
        schemas.EmailMessage(email=body.email, message="Password updated")
    )
