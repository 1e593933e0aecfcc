"""What a caller may choose about the server."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bienvenue.server import refusal
from bienvenue.server.body import Limits
from bienvenue.server.bridge import Door
from bienvenue.server.room import BatchDoor

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

AppFactory = Callable[[], "WSGIApplication"]
"""Makes the application; called once in every process that serves."""

DoorFactory = Callable[["WSGIApplication"], "Door | BatchDoor | None"]
"""Makes the front door of an application, if it has one."""


@dataclass(frozen=True, slots=True)
class Tls:
    """A certificate chain and its unencrypted key, PEM; TLS 1.3 only."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve.

    ``threads`` requests run at a time in each process and ``queue`` wait;
    ``limits`` bounds bodies; ``drain`` is how many seconds requests in
    flight are given at the end; with ``tls`` it is HTTPS, HTTP/2 included,
    and a connection on which nothing is said for ``idle`` seconds is cut;
    ``headers`` is what the server's own refusals carry.  ``linger`` is how
    many seconds it goes on as before when told to stop, but for what it
    says of its health.
    """

    threads: int = 8
    queue: int = 512
    limits: Limits = field(default_factory=Limits)
    drain: float = 10.0
    tls: Tls | None = None
    idle: float = 50.0
    linger: float = 0.0
    headers: tuple[tuple[str, str], ...] = refusal.HEADERS
