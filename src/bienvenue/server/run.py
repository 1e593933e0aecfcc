"""Serve a WSGI application over HTTP: the one call the command line makes."""

from collections.abc import Callable

from bienvenue.server.listen import listen, urls
from bienvenue.server.options import AppFactory, DoorFactory, Options
from bienvenue.server.tls import check
from bienvenue.server.worker import make_process
from bienvenue.server.workers import Workers


def serve(
    app_factory: AppFactory,
    *,
    host: str,
    port: int,
    on_ready: Callable[[list[str]], None],
    workers: int = 1,
    door_factory: DoorFactory | None = None,
    options: Options | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; call it in the main thread.

    ``on_ready`` is called once with the service's addresses, the friendliest
    first, when connections are accepted.  ``door_factory`` gets the made
    application and returns its front door (see ``Bridge``).  With more than
    one worker both factories run in every worker and must be importable
    names, or ``functools.partial`` of them; this process only watches.
    Raises ``TlsUnusable`` or ``CannotListen`` (``PortTaken``,
    ``PortForbidden``) before any factory runs, and ``WorkersFail`` when a
    worker ends before it could serve.
    """
    chosen = options or Options()
    if chosen.tls:
        check(chosen.tls)
    sockets = listen(host, port)
    scheme = "https" if chosen.tls else "http"
    addresses = urls(host, sockets, scheme)

    def ready() -> None:
        on_ready(addresses)

    try:
        if workers == 1:
            make_process(app_factory, door_factory, chosen, sockets).run(ready)
        else:
            Workers(app_factory, door_factory, chosen, sockets).run(
                workers, ready
            )
    finally:
        for sock in sockets:
            sock.close()
