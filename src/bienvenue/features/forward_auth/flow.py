"""Where a person goes who is not signed in, and where back to."""

from collections.abc import Mapping
from urllib.parse import quote

from bienvenue.config import Settings
from bienvenue.links import Links
from bienvenue.return_address import ReturnAddresses

_TIMES_OVER = ("GET", "HEAD")
"""Methods that can be asked once more after signing in (RFC 9110, 9.2)."""


def sign_in_link(
    settings: Settings, prefix: str, asked: Mapping[str, str | None]
) -> str | None:
    """Return the URL of the sign-in page, with the way back.

    None where neither that nor the public URL is set; ``prefix`` is the
    path under which the routes are.

    ``asked`` has what the proxy says of the request it holds, under
    ``method``, ``proto``, ``host`` and ``uri``.  An address that nobody may
    be sent to is left out rather than guessed at.
    """
    page = settings.sign_in_url
    if page is None and settings.public_url:
        page = Links.of(settings, prefix).to("/sign_in")
    if page is None:
        return None
    address = f"{asked.get('proto')}://{asked.get('host')}{asked.get('uri')}"
    known = all(asked.get(part) for part in ("proto", "host", "uri"))
    if not known or not ReturnAddresses.of(settings).allows(address):
        return page
    if (asked.get("method") or "GET") not in _TIMES_OVER:
        return page
    return f"{page}?next={quote(address, safe='')}"
