"""The route that ``bienvenue doctor --url`` asks."""

import ipaddress
import re
from datetime import datetime
from importlib.metadata import version
from typing import Literal

from flask import Response, request
from werkzeug.exceptions import NotFound

from bienvenue import clock, probe_token, secret
from bienvenue.config import Settings
from bienvenue.web import cookies, local, schemas
from bienvenue.web.api import Api
from bienvenue.web.extension import here
from bienvenue.web.views import answer

api = Api()

_MOST = 32  # entries of X-Forwarded-For
_COOKIE = re.compile(r"[0-9a-f-]{36}")


class Seen(schemas.Body):
    """What the service saw of the request.

    ``address`` is who it takes the client to be, ``peer`` who connected to
    it, ``forwarded_for`` what ``X-Forwarded-For`` said: ``?`` for an entry
    that is no address.
    """

    version: str
    profile: Literal["development", "production"]
    time: datetime
    address: str | None
    peer: str | None
    scheme: str
    host: str
    forwarded_for: list[str]
    forwarded_proto: str | None
    trusted_hops: int
    cookie: str | None


@api.page("/health/seen")
def seen() -> Response:
    """Tell `bienvenue doctor` what the service sees of its request.

    Whoever does not hold the secret key is answered 404. An answer to a
    request without the probe's cookie sets it, for a minute, with the
    attributes of the session cookie.
    """
    settings = here().settings
    if not _asked_by_the_doctor(settings):
        raise NotFound
    brought = cookies.probe(request)
    response = answer(_seen(settings, brought))
    if brought is None:
        cookies.keep_probe(response, settings, secret.new_token())
    return response


def _asked_by_the_doctor(settings: Settings) -> bool:
    if settings.secret_key is None:
        return False
    note = request.headers.get(probe_token.HEADER, "")
    key = settings.secret_key.get_secret_value()
    return probe_token.is_genuine(note, key)


def _seen(settings: Settings, brought: str | None) -> Seen:
    known = brought is not None and _COOKIE.fullmatch(brought)
    proto = request.headers.get("X-Forwarded-Proto")
    return Seen(
        version=version("bienvenue"),
        profile=settings.profile,
        time=clock.now(),
        address=local.address(),
        peer=request.remote_addr,
        scheme=request.scheme,
        host=request.host,
        forwarded_for=_forwarded_for(),
        forwarded_proto=proto if proto in ("http", "https") else None,
        trusted_hops=settings.trusted_hops,
        cookie=brought if known else None,
    )


def _forwarded_for() -> list[str]:
    entries = local.forwarded_for()
    return [_address(entry) for entry in entries[-_MOST:]]


def _address(entry: str) -> str:
    try:
        return str(ipaddress.ip_address(entry))
    except ValueError:
        return "?"
