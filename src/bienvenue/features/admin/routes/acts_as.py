"""Routes to act as a user, and to come back.

The browser keeps the admin's own session in a cookie of its own meanwhile.
"""

from http import HTTPStatus
from typing import Annotated, Any

from flask import Response, request, url_for
from pydantic import Field

from bienvenue.errors import BienvenueError
from bienvenue.features.admin import acting
from bienvenue.features.admin.routes.guard import (
    TAKES_BODY,
    does,
    require_reachable,
)
from bienvenue.features.admin.shapes import Actor
from bienvenue.features.admin.verbs import ACT
from bienvenue.web import cookies, redirects, schemas, verbs
from bienvenue.web.api import Api
from bienvenue.web.current_user import current_user, login_required, signed_in
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem
from bienvenue.web.views import answer

api = Api(gate=require_reachable)


class ActReason(schemas.Body):
    """Why an admin acts as a user; the user is told."""

    reason: Annotated[
        schemas.Text,
        Field(
            max_length=200,
            description="why; kept in the audit log, and mailed to the user",
            examples=["ticket 4711: the page of their orders is empty"],
        ),
    ]


class Return(schemas.Loose):
    """A form without fields."""


@api.route(
    "POST",
    "/admin/api/users/<int:number>/acting",
    takes=ActReason,
    session=True,
    answers={
        **TAKES_BODY,
        200: schemas.EmailMessage,
        404: Problem,
        409: Problem,
    },
)
@does(ACT)
def admin_act(actor: Actor, body: ActReason, number: int) -> Response:
    """Act as a user, for half an hour at most.

    The answer sets the cookie of a session of the user's; that of the admin
    is kept beside it.
    """
    own, settings = cookies.session_id(request), here().settings
    begun = acting.begin(here().auth, actor, number, body.reason)
    here().courier.wake()
    response = answer(
        schemas.EmailMessage(email=begun.email, message="acting")
    )
    cookies.keep(response, settings, begun.session_id, begun.seconds)
    cookies.keep_actor(response, settings, own or "", begun.seconds)
    return response


def _back(_members: dict[str, Any], error: BienvenueError | None) -> Response:
    """Lead back to the console; who acts as nobody has nothing to end."""
    user = signed_in()
    if error is None and user is not None:
        goal = url_for("bienvenue.admin_user_page", number=user.id)
    else:
        goal = url_for("bienvenue.admin_page")
    return redirects.see_other(goal)


@api.route(
    "POST",
    "/acting/end",
    takes=Return,
    session=True,
    answers={**TAKES_BODY, 204: None, 404: Problem},
    page=_back,
)
@login_required
def end_acting(_body: Return) -> Response:
    """Act as nobody any more, and be oneself again.

    The admin's own session is that of the browser again, if it still is
    one.
    """
    auth, settings = here().auth, here().settings
    acting.end(auth, current_user, cookies.session_id(request))
    response = Response(status=HTTPStatus.NO_CONTENT)
    own = cookies.actor_session(request)
    admin = auth.check_session(own)
    if own is not None and admin and admin.id == current_user.actor_id:
        cookies.keep(response, settings, own, kept=verbs.is_kept(admin))
    else:
        cookies.clear(response, settings)
    cookies.clear_actor(response, settings)
    return response
