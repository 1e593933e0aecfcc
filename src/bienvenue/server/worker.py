"""What one serving process does, alone or as one of several."""

import logging
import multiprocessing
import socket
from collections.abc import Sequence
from multiprocessing.connection import Connection

from bienvenue import collector
from bienvenue.errors import BienvenueError
from bienvenue.server.bridge import Bridge
from bienvenue.server.leave import leave
from bienvenue.server.options import AppFactory, DoorFactory, Options
from bienvenue.server.process import Process

_log = logging.getLogger("bienvenue.server")


def make_process(
    app_factory: AppFactory,
    door_factory: DoorFactory | None,
    options: Options,
    sockets: Sequence[socket.socket],
    *,
    multiprocess: bool = False,
) -> Process:
    """Make the application and return what serves it in this process."""
    with collector.at_rest():
        return _made(app_factory, door_factory, options, sockets, multiprocess)


def _made(
    app_factory: AppFactory,
    door_factory: DoorFactory | None,
    options: Options,
    sockets: Sequence[socket.socket],
    multiprocess: bool,
) -> Process:
    app = app_factory()
    bridge = Bridge(
        app,
        threads=options.threads,
        limits=options.limits,
        queue=options.queue,
        door=door_factory(app) if door_factory else None,
        multiprocess=multiprocess,
        headers=options.headers,
    )
    return Process(
        bridge,
        sockets,
        tls=options.tls,
        drain=options.drain,
        idle=options.idle,
        linger=options.linger,
    )


def serve_as_worker(
    app_factory: AppFactory,
    door_factory: DoorFactory | None,
    options: Options,
    sockets: Sequence[socket.socket],
    tell: Connection,
) -> None:
    """Be one worker: serve until told to stop, or the watcher is gone.

    Ends the process.
    """
    try:
        process = make_process(
            app_factory, door_factory, options, sockets, multiprocess=True
        )
    except BienvenueError as error:
        _log.error("the worker cannot start: %s", error)
        raise SystemExit(1) from None

    def ready() -> None:
        tell.send_bytes(b"ready")
        tell.close()

    parent = multiprocessing.parent_process()
    if parent is not None:
        process.watch(parent.sentinel)
    process.run(ready)
    leave()
