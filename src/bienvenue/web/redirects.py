"""Redirects: to a path of this host, whatever name it was asked under."""

from http import HTTPStatus
from urllib.parse import urlsplit, urlunsplit

from flask import Response


def stay_here(response: Response) -> Response:
    """Reduce a redirect of routing to a path and a query.

    Routing forgives a slash too many with a page that links to a URL under
    the name in ``Host``, which the client chose (OWASP ASVS 3.7.2).
    """
    if response.status_code == HTTPStatus.PERMANENT_REDIRECT:
        url = urlsplit(response.location or "/")
        path = "/" + url.path.lstrip("/")
        response.location = urlunsplit(("", "", path, url.query, ""))
        response.data = b""
    return response
