"""What a Flask application that has accounts carries with it."""

from typing import Self, cast

from flask import Flask, current_app

from bienvenue import hash_pool, observing, pool_watch
from bienvenue.auth import Auth
from bienvenue.config import Settings
from bienvenue.courier import Courier
from bienvenue.errors import ConfigurationError
from bienvenue.housekeeping import Housekeeper
from bienvenue.metrics.meter import Meter
from bienvenue.newcomer_note import NewcomerNotes
from bienvenue.refusals import Refusals
from bienvenue.throttle import Throttle
from bienvenue.tracing import Tracing
from bienvenue.web.theming import Theme

KEY = "bienvenue"


class Extension:
    """The accounts of an application: settings, ``auth``, the courier."""

    def __init__(
        self,
        auth: Auth,
        prefix: str = "",
        meter: Meter | None = None,
        tracing: Tracing | None = None,
        theme: Theme | None = None,
    ) -> None:
        """Serve the accounts of this ``Auth``, under a path.

        What this process does is counted by ``meter``, and traced by
        ``tracing``, where there is one; ``theme`` is how pages look.
        """
        self.theme = theme or Theme.of(auth.settings)
        self.auth, self.prefix = auth, prefix
        self.meter, self.tracing = meter, tracing
        if tracing is not None:
            tracing.start()
        if meter is not None:
            observing.add(meter)
            pool_watch.watch(auth.db.engine)
        self.courier = Courier(auth.db, auth.settings, prefix=prefix)
        self.housekeeper = Housekeeper(auth.db)
        self.throttle = Throttle(auth.settings)
        self.newcomers = NewcomerNotes.of(auth.settings)
        self.refusals = Refusals(auth.db)
        places = hash_pool.places(auth.settings.hash_queue)
        self.hashing = hash_pool.Gate(places)

    @property
    def settings(self) -> Settings:
        """The settings in force."""
        return self.auth.settings

    def close(self) -> None:
        """Let work in hand end, and close the database."""
        self.courier.stop()
        self.housekeeper.stop()
        self.refusals.stop()
        self.throttle.close()
        self.auth.close()
        if self.meter is not None:
            observing.remove(self.meter)
            self.meter.close()
        if self.tracing is not None:
            self.tracing.close()

    def attach(self, app: Flask) -> Self:
        """Make the accounts those of an application."""
        app.extensions[KEY] = self
        return self


def here() -> Extension:
    """Return the accounts of the application that is answering.

    Raises ``ConfigurationError`` where ``Bienvenue(app)`` was forgotten.
    """
    found = current_app.extensions.get(KEY)
    if found is None:
        raise ConfigurationError("this application has no Bienvenue(app)")
    return cast(Extension, found)
