"""The page of the first admin's link, and the form on it.

Looking at it spends nothing; sending the form does, and signs in.
"""

from typing import Any

from flask import Response, request, url_for

from bienvenue import policy
from bienvenue.errors import BienvenueError
from bienvenue.features.admin import first
from bienvenue.features.admin.routes.guard import (
    require_reachable,
)
from bienvenue.web import (
    cookies,
    local,
    redirects,
    rendered,
    schemas,
    verbs,
)
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import WITH_BODY, Api
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem
from bienvenue.web.views import answer

api = Api("bienvenue.features.admin", gate=require_reachable)

_PAGE = "bienvenue/first_admin.html"


class FirstAdmin(schemas.Credentials):
    """The token of the link, and the account to make."""

    token: schemas.Token


@api.page(first.PATH)
def first_admin_page() -> Response:
    """Ask whoever has the link for an address and a password."""
    token = request.args.get("token", "")
    if not first.is_open(here().auth.db, token):
        return rendered.refused(_PAGE)
    return rendered.page(_PAGE, token=token, email="", least=_least())


def _page(members: dict[str, Any], error: BienvenueError | None) -> Response:
    if error is None:
        return redirects.see_other(url_for("bienvenue.admin_page"))
    token = str(members.get("token", ""))
    if not first.is_open(here().auth.db, token):
        token = ""
    return rendered.outcome(
        _PAGE,
        error,
        token=token,
        email=str(members.get("email", "")),
        least=_least(),
    )


@api.route(
    "POST",
    first.PATH,
    takes=FirstAdmin,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 404: Problem},
    page=_page,
)
@hashes_password
def make_first_admin(body: FirstAdmin) -> Response:
    """Spend the link on the account of the first admin, and sign in."""
    with here().throttle.verification(local.network()):
        first.claim(here().auth, body.token, body.email, body.password)
    session_id = verbs.begin_session(
        schemas.Credentials(email=body.email, password=body.password)
    )
    response = answer(
        schemas.EmailMessage(email=body.email, message="admin created")
    )
    cookies.keep(response, here().settings, session_id)
    return response


def _least() -> int:
    return policy.least_length(here().settings)
