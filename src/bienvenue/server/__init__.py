"""The server: HTTP in front of any WSGI application.

``serve`` is all the command line needs; ``Bridge`` is the part to measure.
Nothing here knows Flask.
"""

from bienvenue.server.body import Limits
from bienvenue.server.bridge import Bridge, Door
from bienvenue.server.inside import TOO_LARGE
from bienvenue.server.leave import leave
from bienvenue.server.listen import CannotListen, PortForbidden, PortTaken
from bienvenue.server.options import AppFactory, DoorFactory, Options, Tls
from bienvenue.server.room import BatchDoor
from bienvenue.server.run import serve
from bienvenue.server.tls import TlsUnusable
from bienvenue.server.workers import WorkersFail

__all__ = [
    "TOO_LARGE",
    "AppFactory",
    "BatchDoor",
    "Bridge",
    "CannotListen",
    "Door",
    "DoorFactory",
    "Limits",
    "Options",
    "PortForbidden",
    "PortTaken",
    "Tls",
    "TlsUnusable",
    "WorkersFail",
    "leave",
    "serve",
]
