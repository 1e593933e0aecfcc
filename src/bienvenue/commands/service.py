"""The standalone service on its server, in however many processes."""

import atexit
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NoReturn, cast

from flask import Flask

from bienvenue import engine, hash_pool, outbox
from bienvenue.app import create_app, door_for
from bienvenue.commands import exposing, logs
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.errors import ConfigurationError
from bienvenue.server import (
    BatchDoor,
    Door,
    Limits,
    Options,
    Tls,
    leave,
    serve,
)
from bienvenue.web import headers
from bienvenue.web.extension import KEY, Extension

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def run(settings: Settings, on_ready: Callable[[list[str]], None]) -> NoReturn:
    """Serve until SIGTERM or SIGINT, and end the process.

    Creates or upgrades the database first.  ``on_ready`` gets the addresses
    once connections are accepted.  Raises ``BienvenueError``.
    """
    logs.set_up(settings)
    settings = exposing.with_folder(settings)
    if settings.workers > 1:
        _prepare_database(settings)
    exposing.expose(settings)
    serve(
        partial(make_app, settings),
        host=settings.host,
        port=settings.port,
        workers=settings.workers,
        on_ready=on_ready,
        door_factory=make_door,
        options=_options(settings),
    )
    leave()


def make_app(settings: Settings) -> Flask:
    """Make the application of a process that serves.

    Every worker is handed the same settings: none reads the environment
    anew.
    """
    logs.set_up(settings)
    app = create_app(settings)
    extension: Extension = app.extensions[KEY]
    atexit.register(_close, extension)
    if settings.workers == 1:
        _release_letters(extension.auth.db)
        extension.courier.wake()
    return app


def make_door(app: "WSGIApplication") -> Door | BatchDoor:
    """Make the front door of an application that ``make_app`` made."""
    return door_for(cast(Flask, app))


def _close(extension: Extension) -> None:
    # Ctrl-C, again: whoever presses it wants out, not a traceback.
    with suppress(KeyboardInterrupt):
        extension.close()


def _options(settings: Settings) -> Options:
    certificate, key = settings.tls_certificate, settings.tls_key
    return Options(
        threads=settings.threads + hash_pool.places(settings.hash_queue),
        limits=Limits(max_body=settings.max_body_bytes),
        tls=Tls(certificate, key) if certificate and key else None,
        linger=settings.drain_delay_seconds,
        headers=tuple(headers.for_all(settings).items()),
    )


def _prepare_database(settings: Settings) -> None:
    """Have one process do it and say what is wrong, before all serve."""
    if engine.in_memory(engine.parse_url(settings.database_url)):
        raise ConfigurationError(
            "database_url: processes cannot share a database in memory; name"
            " a file, or set workers to 1"
        )
    with DB.of(settings) as db:
        _release_letters(db)


def _release_letters(db: DB) -> None:
    """Have letters of a run that was killed sent now.

    A SQLite file is this machine's, and so this service's, alone.  Behind a
    database server others may have letters in hand: there a letter whose
    process died waits until its lease ends.
    """
    if db.engine.name == "sqlite":
        db.write(outbox.release)
