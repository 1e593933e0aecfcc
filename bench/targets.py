"""What the service is measured beside: ``python -m bench.targets NAME PORT``.

Each is served by the service's own server with the same options, except
for ``app``, which any WSGI server can load.
"""

import sys
from typing import TYPE_CHECKING

from flask import Flask, Response, jsonify

from bienvenue.commands.service import make_app
from bienvenue.config import Settings
from bienvenue.server import AppFactory, DoorFactory, Options, serve

if TYPE_CHECKING:
    from bienvenue.server import Door

EMAIL = "u1@example.com"

app = Flask(__name__)


@app.get("/profile")
def profile() -> Response:
    """Answer the same to everybody, without looking at anything."""
    return jsonify({"email": EMAIL})


def constant_door(_app: object) -> "Door":
    """Return a door that answers everything alike: the server's own cost."""
    content = b'{"email":"%s"}\n' % EMAIL.encode()
    headers = [("content-type", "application/json")]
    return lambda _scope: (200, headers, content)


def bare() -> Flask:
    """Return the bare application."""
    return app


def service() -> Flask:
    """Return the service as ``bienvenue dev`` makes it."""
    return make_app(Settings.load())


TARGETS: dict[str, tuple[AppFactory, DoorFactory | None]] = {
    "route": (service, None),
    "bare": (bare, None),
    "constant": (bare, constant_door),
}


def main(name: str, port: str) -> None:
    """Serve a target on a loopback port until SIGTERM."""
    factory, door = TARGETS[name]
    serve(
        factory,
        host="127.0.0.1",
        port=int(port),
        on_ready=lambda _urls: None,
        door_factory=door,
        options=Options(threads=Settings().threads),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
