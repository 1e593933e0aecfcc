"""Whoever comes to ``/admin``: let in, asked for more, or told of nothing.

The console is for admins and, where the operator says so, for some networks
alone.  To everybody else outside those it is not there at all (OWASP ASVS
8.4.2): they are answered 404 before anything is looked up.
"""

import ipaddress
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Response, abort

from bienvenue import sudo
from bienvenue.config import Settings
from bienvenue.features.admin.flow import Admin
from bienvenue.features.admin.shapes import Actor
from bienvenue.features.admin.verbs import harms
from bienvenue.web import local
from bienvenue.web.api import WITH_BODY, Answers
from bienvenue.web.current_user import current_user, signed_in
from bienvenue.web.extension import here
from bienvenue.web.views import View

# What takes a body may be answered; nothing here is limited by number.
TAKES_BODY: Answers = {
    status: schema for status, schema in WITH_BODY.items() if status != 429
}


def flow() -> Admin:
    """Return the verbs over the accounts of this application."""
    return Admin(here().auth)


def require_reachable() -> None:
    """Answer 404 where there is no console, or not for this network."""
    if not _is_reachable(here().settings):
        abort(HTTPStatus.NOT_FOUND)


def actor() -> Actor:
    """Return the admin who asks.

    Stands behind the gate :func:`require_reachable`.  Raises
    ``SessionRequired``, ``NotPermitted`` or ``ReauthenticationRequired``.
    """
    return flow().require(signed_in())


def require_fresh() -> None:
    """Raise ``ReauthenticationRequired`` unless a password was just given.

    For what ``harms``; :func:`actor` was asked before.
    """
    auth = here().auth
    within = timedelta(seconds=auth.settings.sudo_seconds)
    sudo.require(auth.db, current_user, within)


def for_admins(view: View) -> View:
    """Hand a view the admin who asks; nobody else comes in."""

    @wraps(view)
    def guarded(*args: Any, **path: Any) -> Response:
        return view(actor(), *args, **path)

    return guarded


def does(verb: str) -> Callable[[View], View]:
    """Hand a view that does something the admin who asks for it.

    For what harms, one who has just given their password.
    """
    return _for_fresh_admins if harms(verb) else for_admins


def _for_fresh_admins(view: View) -> View:
    @wraps(view)
    def guarded(*args: Any, **path: Any) -> Response:
        who = actor()
        require_fresh()
        return view(who, *args, **path)

    return guarded


def _is_reachable(settings: Settings) -> bool:
    if not settings.admin:
        return False
    networks = settings.admin_network_list
    if not networks:
        return True
    try:
        client = ipaddress.ip_address(local.told_address() or "")
    except ValueError:
        return False
    # An IPv4 address that is written as IPv6 (RFC 4291 2.5.5.2) is itself.
    client = getattr(client, "ipv4_mapped", None) or client
    return any(client in network for network in networks)
