"""What stands around a service of its own, at places that others know.

An application that embeds us has such things itself, so they are in the
standalone service only.
"""

from datetime import timedelta
from http import HTTPStatus
from pathlib import Path

from flask import Blueprint, Response, abort, url_for

from bienvenue import clock
from bienvenue.links import Links
from bienvenue.web.extension import here
from bienvenue.web.theme_files import kept

_STATIC = Path(__file__).parent / "static"
_TEXT = "text/plain; charset=utf-8"

# RFC 9116 2.5.5 recommends less than a year; the settings that it is made
# of are read anew at each start.
_GOOD_FOR = timedelta(days=180)


def mount(blueprint: Blueprint) -> None:
    """Give a blueprint the routes at places that others know."""
    for path, view in (
        ("/favicon.ico", favicon),
        ("/robots.txt", robots),
        ("/.well-known/change-password", change_password_place),
        ("/.well-known/security.txt", security_txt),
    ):
        blueprint.add_url_rule(path, view_func=view)


def favicon() -> Response:
    """Answer the icon to browsers that look for it by themselves."""
    return kept((_STATIC / "favicon.ico").read_bytes(), "image/x-icon")


def robots() -> Response:
    """Say what search engines may look at: how people get in (RFC 9309)."""
    ways_in = ("bienvenue.sign_in_page", "bienvenue.sign_up_page")
    lines = [
        "User-agent: *",
        "Disallow: /",
        *(f"Allow: {url_for(place)}$" for place in ways_in),
        f"Allow: {url_for('bienvenue.static', filename='')}",
    ]
    return kept(_lines(lines), _TEXT)


def change_password_place() -> Response:
    """Lead a password manager to where a password is changed.

    That is what "A Well-Known URL for Changing Passwords" (W3C) is for.
    """
    place = url_for("bienvenue.account_password_page")
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": place})


def security_txt() -> Response:
    """Say where to report a weakness (RFC 9116), if that is known."""
    settings = here().settings
    if settings.security_contact is None:
        abort(HTTPStatus.NOT_FOUND)
    # By the day: all nodes, and all requests of a day, say the same.
    today = clock.now().replace(hour=0, minute=0, second=0, microsecond=0)
    expires = (today + _GOOD_FOR).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = [
        f"Contact: {settings.security_contact}",
        f"Expires: {expires}",
        f"Preferred-Languages: {', '.join(settings.offered)}",
    ]
    if settings.public_url is not None:
        place = Links.of(settings).to(url_for("bienvenue.security_txt"))
        lines.append(f"Canonical: {place}")
    if settings.security_policy_url is not None:
        lines.append(f"Policy: {settings.security_policy_url}")
    return kept(_lines(lines), _TEXT)


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
