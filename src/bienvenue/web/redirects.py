"""Redirects: to a path of this host, or to a checked address.

A form that worked is answered 303: what follows is a GET, whatever was sent
(RFC 9110, 15.4.4), and loading that anew does nothing twice.
"""

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote, urlsplit, urlunsplit

from flask import Response, url_for
from pydantic import Field

from bienvenue.return_address import MAX_CHARACTERS, ReturnAddresses
from bienvenue.web import headers
from bienvenue.web.extension import here

Next = Annotated[
    str,
    Field(
        max_length=MAX_CHARACTERS,
        description="where the page leads on to: a path of the service,"
        " or a URL of one of `return_origins`",
    ),
]
"""Where a form leads on to, as it is sent; see :func:`checked`."""


def see_other(goal: str) -> Response:
    """Answer 303: what follows is a GET."""
    return Response(status=HTTPStatus.SEE_OTHER, headers={"Location": goal})


def to_sign_in(path: str) -> Response:
    """Lead to the sign-in page, and from there back to a path of ours."""
    return see_other(_by_way_of("bienvenue.sign_in_page", path))


def to_reauthenticate(path: str) -> Response:
    """Lead to where the password is given again, and back to a path.

    The path is that of the page with the form that wanted it.
    """
    return see_other(_by_way_of("bienvenue.reauthentication_page", path))


def checked(goal: str) -> str:
    """Return where a person asked to go on to, or "" if nobody is sent there.

    Whoever made them follow a link chose it (CWE-601, OWASP ASVS 3.7.2).
    """
    allowed = ReturnAddresses.of(here().settings).allows(goal)
    return goal if allowed else ""


def lead_on(goal: str) -> Response:
    """Go on to where a person asked, else to their account."""
    return see_other(checked(goal) or url_for("bienvenue.account_page"))


def may_lead_on(page: Response, goal: str) -> Response:
    """Let a page's form be answered by a redirect to a checked address.

    A browser holds the page's policy against that redirect as well.
    """
    url = urlsplit(goal)
    if url.netloc:
        origin = f"{url.scheme}://{url.netloc}"
        page.headers["Content-Security-Policy"] = headers.page_policy(origin)
    return page


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


def _by_way_of(endpoint: str, path: str) -> str:
    return f"{url_for(endpoint)}?next={quote(path, safe='')}"
