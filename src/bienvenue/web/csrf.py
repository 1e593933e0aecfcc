"""Refuse a write that another site had a browser send.

A browser says itself where a request comes from: ``Sec-Fetch-Site``, or
``Origin`` where it is too old for that.  A request with neither was not sent
by a browser, so it carries no cookie but its sender's own (OWASP ASVS 3.5.1;
the cookie's SameSite is a second line, not the first).
"""

from urllib.parse import SplitResult, urlsplit

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
    try:
        sent = urlsplit(origin)
        if public is None:  # then the scheme is not known behind a proxy
            return sent.netloc.lower() == request.host.lower() != ""
        return _origin(sent) == _origin(urlsplit(public))
    except ValueError:
        return False


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port (RFC 6454), the usual port filled in."""
    usual = {"https": 443, "http": 80}.get(url.scheme)
    return url.scheme, url.hostname, url.port or usual
