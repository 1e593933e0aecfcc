"""``GET /verify``: what nginx, Caddy, Traefik or HAProxy ask for a request.

A live session is answered in front of Flask where that can be
(``web/door.py``); this is the same answer from further back, and all the
others.
"""

from http import HTTPStatus

from flask import Response, request

from bienvenue.features.forward_auth.flow import sign_in_link
from bienvenue.web import identity, problems
from bienvenue.web.api import ALWAYS, Api
from bienvenue.web.current_user import signed_in
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem

api = Api()

SIGN_IN = "X-Auth-Sign-In"
"""Names the sign-in page to a proxy that makes its own redirect."""


@api.route(
    "GET",
    "/verify",
    answers={**ALWAYS, 200: None, 302: None, 401: Problem},
    session=True,
)
def verify() -> Response:
    """Tell a proxy whether the request it holds has a live session.

    200 says who it is in `X-Auth-User`, `X-Auth-Email`, `X-Auth-Verified`,
    `X-Auth-Session` and `X-Auth-Actor`. 401 names the sign-in page in
    `X-Auth-Sign-In` to a browser that looks at a page; a proxy that asks
    for `/verify?redirect` gets 302 to it instead.
    """
    found = signed_in()
    if found is not None:
        return Response(headers=identity.fields(found), mimetype="text/plain")
    link = None
    if _looks_at_a_page():
        link = sign_in_link(here().settings, here().prefix, _asked())
    if link and "redirect" in request.args:
        return Response(status=HTTPStatus.FOUND, headers={"Location": link})
    answer = problems.problem(
        HTTPStatus.UNAUTHORIZED, "session_required", "log in first"
    )
    answer.headers[SIGN_IN] = link or ""
    return answer


def _asked() -> dict[str, str | None]:
    return {
        part: request.headers.get(f"X-Forwarded-{part}")
        for part in ("method", "proto", "host", "uri")
    }


def _looks_at_a_page() -> bool:
    """Tell it from a script's request, which could do nothing with it."""
    return "text/html" in request.headers.get("Accept", "")
