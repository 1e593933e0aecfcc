"""Refuse a write that another site had a browser send.

A browser says itself where a request comes from: ``Sec-Fetch-Site``, or
``Origin`` where it is too old for that.  A request with neither was not sent
by a browser, so it carries no cookie but its sender's own (OWASP ASVS 3.5.1;
the cookie's SameSite is a second line, not the first).
"""

from urllib.parse import urlsplit

from flask import request

from bienvenue.errors import CrossSite
from bienvenue.web.extension import here

_SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})  # RFC 9110 9.2.1
_OURS = frozenset({"same-origin", "none"})  # "none": typed by the person


def refuse_cross_site() -> None:
    """Let the request pass unless a page of another origin caused it.

    ``same-site`` is another origin too: a neighbouring host name may be
    somebody else's.  Raises ``CrossSite``.
    """
    if request.method in _SAFE:
        return
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        if site not in _OURS:
            raise CrossSite
        return
    origin = request.headers.get("Origin")
    if origin is not None and not _is_ours(origin):
        raise CrossSite


def _is_ours(origin: str) -> bool:
    public = here().settings.public_url
    own = urlsplit(public).netloc if public else request.host
    try:
        return urlsplit(origin).netloc.lower() == own.lower() != ""
    except ValueError:
        return False
