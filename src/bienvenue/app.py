"""The composition root: the classic routes, and the application they make.

Here every URL of the service is named, and what it means is left to
``Auth``.  The standalone service is the extension in an application of its
own: there is one implementation.
"""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Flask, Response, request
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from bienvenue import letters
from bienvenue.auth import Auth
from bienvenue.config import Settings
from bienvenue.errors import (
    BienvenueError,
    ConfigurationError,
    MailOff,
    SessionRequired,
)
from bienvenue.features.account.routes import api as account_api
from bienvenue.web import (
    cookies,
    csrf,
    headers,
    local,
    pages,
    problems,
    schemas,
    throttled,
)
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import ALWAYS, WITH_BODY, Api, answer
from bienvenue.web.current_user import current_user, login_required
from bienvenue.web.door import Door
from bienvenue.web.extension import Extension, here
from bienvenue.web.schemas import Problem

api = Api()
api.include(account_api)


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
    """Make an account."""
    here().auth.register_user(body.email, body.password)
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

    The answer sets the session cookie. An unknown address and a wrong
    password are answered alike, in the same time.
    """
    auth = here().auth
    session_id = auth.log_in(body.email, body.password, local.client())
    response = answer(
        schemas.EmailMessage(email=body.email, message="logged in")
    )
    cookies.keep(response, auth.settings, session_id)
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
    auth = here().auth
    if not auth.end_session(cookies.session_id(request)):
        raise SessionRequired
    quiet = auth.settings.logout_response == "no_content"
    if quiet or local.prefers_json():
        response = Response(status=HTTPStatus.NO_CONTENT)
    else:
        response = Response(status=HTTPStatus.FOUND)
        response.headers["Location"] = "/"
    cookies.clear(response, auth.settings)
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
        here().courier.show(
            letters.reset_password(auth.settings, body.email, token)
        )
        return answer(schemas.ResetToken(email=body.email, reset_token=token))
    if here().throttle.reset_mail(body.email):
        auth.request_password_reset(body.email)
        here().courier.wake()
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
    return answer(
        schemas.EmailMessage(email=body.email, message="Password updated")
    )


class Bienvenue:
    """Accounts for a Flask application.

    ``Bienvenue(app)``, or ``init_app`` later; the routes are mounted under
    ``prefix``.  Settings come from the argument, else from ``bienvenue.toml``
    and the environment, over which ``app.config["BIENVENUE_..."]`` wins.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        settings: Settings | None = None,
        auth: Auth | None = None,
        prefix: str = "/auth",
    ) -> None:
        """Take what to serve; nothing is opened before ``init_app``."""
        self._settings, self._given, self.prefix = settings, auth, prefix
        self._opened = auth
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask) -> Extension:
        """Open the accounts and mount the routes.

        Each application has accounts of its own, unless an ``auth`` was
        given.  Raises ``ConfigurationError`` or ``DatabaseUnavailable``.
        """
        if self._given is not None:
            settings = self._given.settings
        else:
            settings = self._settings or _settings_of(app)
        _refuse_unsafe(settings)
        self._opened = self._given or Auth(settings=settings)
        extension = Extension(self._opened).attach(app)
        app.register_blueprint(self._blueprint())
        app.register_error_handler(BienvenueError, problems.from_error)
        extension.courier.start()
        return extension

    @property
    def auth(self) -> Auth:
        """The use cases, once there is an application: the latest's."""
        if self._opened is None:
            raise ConfigurationError("Bienvenue has no application yet")
        return self._opened

    def _blueprint(self) -> Blueprint:
        blueprint = pages.blueprint(api, self.prefix)
        api.mount(blueprint)
        blueprint.before_request(csrf.refuse_cross_site)
        blueprint.after_request(headers.protect)
        for error, handler in _HANDLERS.items():
            blueprint.register_error_handler(error, handler)
        # Beside the application's own: a handler that a host has for our
        # errors is for its views, and must not change our answers.
        blueprint.register_error_handler(BienvenueError, problems.from_error)
        return blueprint


def create_app(settings: Settings | None = None) -> Flask:
    """Return the standalone service: the extension, at the root."""
    settings = settings or Settings.load()
    app = Flask("bienvenue", static_folder=None)
    Bienvenue(app, settings=settings, prefix="")
    for error, handler in _HANDLERS.items():
        app.register_error_handler(error, handler)
    app.register_error_handler(Exception, problems.from_fault)
    app.after_request(headers.protect)
    return app


def door_for(app: Flask) -> Door:
    """Return the front door of an application: the fast session check."""
    extension: Extension = app.extensions["bienvenue"]
    return Door(extension.auth)


_HANDLERS: dict[type[Exception], Callable[..., Response]] = {
    HTTPException: problems.from_http,
    OperationalError: problems.from_database,
    InterfaceError: problems.from_database,
    PoolTimeout: problems.from_database,
}


def _refuse_unsafe(settings: Settings) -> None:
    """Refuse what would give accounts away, whoever starts the service."""
    if settings.profile == "production" and settings.echo_tokens:
        raise ConfigurationError(
            "tokens_in_answers: whoever knows an address could take over its"
            " account; production does not start so"
        )


def _settings_of(app: Flask) -> Settings:
    prefix = "BIENVENUE_"
    overrides = {
        name.removeprefix(prefix).lower(): value
        for name, value in app.config.items()
        if name.startswith(prefix)
    }
    return Settings.load(overrides)
