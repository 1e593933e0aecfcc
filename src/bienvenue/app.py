"""The composition root: what the routes and everything else make together.

The standalone service is the extension in an application of its own: there
is one implementation.  Which routes there are is in ``route_table``.
"""

from collections.abc import Callable

from flask import Blueprint, Flask, Response
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from bienvenue import instruments
from bienvenue.auth import Auth
from bienvenue.config import Settings
from bienvenue.errors import BienvenueError, ConfigurationError
from bienvenue.route_table import CONSOLE, api, at_start, layout, mount_all
from bienvenue.web import (
    asking,
    csrf,
    error_pages,
    headers,
    pages,
    problems,
    redirects,
    refused,
)
from bienvenue.web.door import Door, UnwatchedDoor
from bienvenue.web.extension import Extension
from bienvenue.web.late_routes import LateFlask
from bienvenue.web.theming import Theme
from bienvenue.web.traced import Traced
from bienvenue.web.waiting_door import WaitingDoor
from bienvenue.web.watched_door import ClosedDoor, CountedDoor, LoggedDoor
from bienvenue.web.watching import Watcher


class Bienvenue:
    """Accounts for a Flask application.

    ``Bienvenue(app)``, or ``init_app`` later; the routes are mounted under
    ``prefix``.  Settings come from the argument, else from ``bienvenue.toml``
    and the environment, over which ``app.config["BIENVENUE_..."]`` wins.
    """

    _whole = False

    def __init__(
        self,
        app: Flask | None = None,
        *,
        settings: Settings | None = None,
        auth: Auth | None = None,
        prefix: str = "/auth",
        base_template: str | None = None,
    ) -> None:
        """Take what to serve; nothing is opened before ``init_app``.

        ``base_template`` is a template of the application's that pages
        stand in, and goes before the setting of that name.
        """
        self._settings, self._given, self.prefix = settings, auth, prefix
        self._base_template = base_template
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
        theme = Theme.of(settings, self._base_template)
        blueprint = self._blueprint(theme)
        self._opened = self._given or Auth(settings=settings)
        try:
            meter = instruments.meter(settings, layout)
            tracing = instruments.tracing(settings)
        except ConfigurationError:
            if self._given is None:
                self._opened.close()
            raise
        extension = Extension(self._opened, self.prefix, meter, tracing, theme)
        extension.attach(app)
        # Once for an answer: the blueprint's own are the application's too.
        everything = app if self._whole else blueprint
        everything.after_request(headers.guard(settings))
        everything.after_request(asking.name)
        self._watch(everything, extension)  # called before those above
        app.register_blueprint(blueprint)
        app.register_error_handler(BienvenueError, _FROM_ERROR)
        asking.follow(app)
        extension.courier.wake()  # letters of an earlier run may wait
        extension.housekeeper.start()
        return extension

    def _watch(self, everything: Flask | Blueprint, own: Extension) -> None:
        """Count, log and trace requests where the settings ask for it."""
        logs, hops = own.settings.log_requests, own.settings.trusted_hops
        if own.tracing is not None:
            Traced(own.tracing, self.prefix, hops).follow(everything)
        Watcher(own.meter, logs=logs, prefix=self.prefix).follow(everything)

    @property
    def auth(self) -> Auth:
        """The use cases, once there is an application: the latest's."""
        if self._opened is None:
            raise ConfigurationError("Bienvenue has no application yet")
        return self._opened

    def _blueprint(self, theme: Theme) -> Blueprint:
        table = at_start if self._whole else api()
        blueprint = pages.mounted(table, api, self.prefix, whole=self._whole)
        if blueprint.jinja_loader is not None:
            blueprint.jinja_loader = theme.over(blueprint.jinja_loader)
        blueprint.before_request(csrf.refuse_cross_site)
        # Beside the application's own: a handler that a host has for our
        # errors is for its views, and must not change our answers.
        for error, handler in _TO_PEOPLE.items():
            blueprint.register_error_handler(error, handler)
        return blueprint


class _Whole(Bienvenue):
    """The extension where there is nothing else in the application."""

    _whole = True


def create_app(settings: Settings | None = None) -> Flask:
    """Return the standalone service: the extension, at the root."""
    settings = settings or Settings.load()
    app = LateFlask("bienvenue")
    app.put_off(CONSOLE, mount_all)
    _Whole(app, settings=settings, prefix="")
    for error, handler in _TO_PEOPLE.items():
        app.register_error_handler(error, handler)
    from_fault = _PAGES.beside(problems.from_fault)
    app.register_error_handler(Exception, from_fault)
    app.after_request(redirects.stay_here)  # called first
    return app


def door_for(app: Flask) -> Door | WaitingDoor:
    """Return the front door of an application: the fast session check."""
    extension: Extension = app.extensions["bienvenue"]
    auth = extension.auth
    if extension.tracing is not None:
        return ClosedDoor(auth)
    if extension.settings.log_requests:
        door: Door = LoggedDoor(auth, extension.meter)
    elif extension.meter is not None:
        door = CountedDoor(auth, extension.meter)
    else:
        door = UnwatchedDoor(auth)
    near = auth.db.engine.name == "sqlite"
    return door if near else WaitingDoor(door, auth)


_FROM_ERROR = refused.noted(problems.from_error)
_HANDLERS: dict[type[Exception], Callable[..., Response]] = {
    HTTPException: refused.noted(problems.from_http),
    OperationalError: problems.from_database,
    InterfaceError: problems.from_database,
    PoolTimeout: problems.from_database,
    BienvenueError: _FROM_ERROR,
}
# What a proxy asks is answered to the proxy, whoever it asks for.
_PAGES = error_pages.ErrorPages(api, but=("/verify",))
_TO_PEOPLE = {
    error: _PAGES.beside(handler) for error, handler in _HANDLERS.items()
}


def _refuse_unsafe(settings: Settings) -> None:
    """Refuse what would give accounts away, whoever starts the service."""
    if settings.profile == "production" and settings.echo_tokens:
        raise ConfigurationError(
            "tokens_in_answers: whoever knows an address could take over its"
            " account; production does not start so"
        )
    if (
        settings.profile == "production"
        and settings.mail == "smtp"
        and not settings.public_url
    ):
        raise ConfigurationError(
            "public_url: without it, links in mails would lead to localhost"
        )


def _settings_of(app: Flask) -> Settings:
    prefix = "BIENVENUE_"
    overrides = {
        name.removeprefix(prefix).lower(): value
        for name, value in app.config.items()
        if name.startswith(prefix)
    }
    return Settings.load(overrides)
