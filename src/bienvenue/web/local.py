"""What a request shows of the client behind it."""

import ipaddress

from flask import request

from bienvenue import client_network
from bienvenue.config import Settings
from bienvenue.errors import LocalOnly
from bienvenue.login import Client

_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")


def client() -> Client:
    """Return the client's address and the name its program gives itself.

    The name is cut to what can be stored and shown: no controls, no NUL.
    """
    agent = "".join(filter(str.isprintable, request.user_agent.string))
    return Client(address=request.remote_addr, agent=agent or None)


def network() -> str:
    """Return the network that limits count as one client.

    From the connection alone: what a client says of itself in headers
    would let it choose its own limits.
    """
    return client_network.of(request.remote_addr)


def only(settings: Settings) -> None:
    """Let the request pass if it comes from this very machine.

    The development profile hands out reset tokens.  Left running behind a
    proxy by mistake it would hand them to the internet, so what a proxy
    forwards is not local.  Raises ``LocalOnly``.
    """
    forwarded = any(name in request.headers for name in _FORWARDED)
    if settings.allow_remote:
        return
    if forwarded or not _is_loopback(request.remote_addr):
        raise LocalOnly


def prefers_json() -> bool:
    """Tell whether the client would rather have JSON than a page."""
    kinds = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(kinds) == kinds[1]


def _is_loopback(text: str | None) -> bool:
    try:
        found = ipaddress.ip_address(text or "")
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
