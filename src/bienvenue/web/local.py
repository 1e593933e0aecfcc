"""What a request shows of the client behind it."""

import ipaddress
import re
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

from flask import request

from bienvenue import client_network, secret
from bienvenue.client import Client
from bienvenue.config import Settings
from bienvenue.errors import LocalOnly
from bienvenue.web.extension import here
from bienvenue.web.media_type import FORM

ID_HEADER = "X-Request-ID"
REQUEST_ID = "bienvenue.request_id"
"""Where a request's environ keeps its id, once there is one."""

_CLIENT = "bienvenue.client"
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP", "Via")

# As a destination, the unspecified address means this machine.
_OWN_NAMES = ("localhost", "0.0.0.0")  # noqa: S104 - compared, not bound


def client() -> Client:
    """Return whom the request is answered for; worked out once.

    The name of its program is cut to what can be stored and shown: no
    controls, no NUL.
    """
    kept = request.environ
    if _CLIENT not in kept:
        agent = "".join(filter(str.isprintable, request.user_agent.string))
        kept[_CLIENT] = Client(address(), agent or None, request_id())
    return cast(Client, kept[_CLIENT])


def act_for(actor_id: int) -> None:
    """Have what the request does from here on be done by an admin."""
    request.environ[_CLIENT] = replace(client(), actor_id=actor_id)


def request_id() -> str:
    """Return what names this request in every log.

    A declared proxy may have given it one; a client's own word counts for
    nothing, or it could pass its doings off as another's.
    """
    kept = request.environ
    if REQUEST_ID not in kept:
        given = request.headers.get(ID_HEADER, "")
        kept[REQUEST_ID] = named(given, here().settings.trusted_hops)
    return cast(str, kept[REQUEST_ID])


def named(given: str, hops: int) -> str:
    """Return a request's id: the given one from a proxy, else a fresh one."""
    trusted = hops and _SANE_ID.fullmatch(given)
    return given if trusted else secret.new_token()


def named_by(fields: Any, hops: int) -> str:
    """Return a request's id, off header fields as the server has them."""
    return named(",".join(fields.get_all(ID_HEADER.lower())), hops)


def address() -> str | None:
    """Return the client's address, as far as it can be believed.

    Each proxy appends whom it was asked by to ``X-Forwarded-For``, so only
    the last entries, one for each hop the operator runs, are not the
    client's own invention (OWASP ASVS 4.1.3).  With no declared hop the
    header counts for nothing.
    """
    return told_address() or request.remote_addr


def told_address() -> str | None:
    """Return the client's address, or None where no declared proxy told it.

    For what only some addresses may: there a proxy's own must not count.
    """
    hops = here().settings.trusted_hops
    if not hops:
        return request.remote_addr
    try:
        return str(ipaddress.ip_address(forwarded_for()[-hops]))
    except (IndexError, ValueError):
        return None  # not what the declared proxies send


def forwarded_for() -> list[str]:
    """Return the entries of ``X-Forwarded-For``, without their ports.

    The last of them are the declared proxies' own; those before are
    whatever the client says.
    """
    fields = ",".join(request.headers.getlist("X-Forwarded-For"))
    entries = [_without_port(each.strip()) for each in fields.split(",")]
    return entries if fields else []


def network() -> str:
    """Return the network that limits count as one client.

    From :func:`address`: what a client says of itself in headers would let
    it choose its own limits.
    """
    return client_network.of(address())


def only(settings: Settings, *, always: bool = False) -> None:
    """Let the request pass if it comes from this very machine.

    The development profile hands out reset tokens.  Left running behind a
    proxy by mistake it would hand them to the internet, so what a proxy
    forwards is not local; nor is what was sent to another name than this
    machine's own, which a web page can point here (DNS rebinding).  A
    proxy that says nothing of itself is told by HTTP/1.0, which no client
    of today speaks and nginx does unless told otherwise.  ``allow_remote``
    lets everybody pass, unless it is ``always``.  Raises ``LocalOnly``.
    """
    if settings.allow_remote and not always:
        return
    forwarded = any(name in request.headers for name in _FORWARDED)
    forwarded |= request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0"
    near = _is_loopback(request.remote_addr) and _is_own_name(request.host)
    if forwarded or not near:
        raise LocalOnly


def prefers_json() -> bool:
    """Tell whether the client would rather have JSON than a page."""
    kinds = ["text/html", "application/json"]
    return request.accept_mimetypes.best_match(kinds) == kinds[1]


def wants_page() -> bool:
    """Tell whether a form was sent by a browser, from a page.

    A browser asks for ``text/html`` by name.  Programs that send forms ask
    for anything, and are answered in JSON.
    """
    named = (kind.lower() for kind in request.accept_mimetypes.values())
    return request.mimetype == FORM and "text/html" in named


def _without_port(entry: str) -> str:
    """Return the address of an entry: some proxies write the port too."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


def _is_own_name(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    return name in _OWN_NAMES or _is_loopback(name)


def _is_loopback(text: str | None) -> bool:
    try:
        found = ipaddress.ip_address(text or "")
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback
