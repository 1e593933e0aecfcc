"""The routes of one's own account."""

from datetime import datetime
from http import HTTPStatus

from flask import Response, abort, jsonify

from bienvenue.features.account.flow import Account
from bienvenue.web import cookies, local, schemas, throttled
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import ALWAYS, WITH_BODY, Api, answer
from bienvenue.web.current_user import current_user, login_required
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem

api = Api()


class OwnSession(schemas.Body):
    """A session of one's own; `id` names it and opens nothing."""

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None
    current: bool


class OwnSessions(schemas.Body):
    """All sessions of one's own, the newest first."""

    sessions: list[OwnSession]


class PasswordChange(schemas.Body):
    """The password in force, and the one to come."""

    current_password: schemas.Password
    new_password: schemas.Password


class Export(schemas.Body):
    """All that is kept about a person, without any secret."""

    email: str
    created_at: datetime
    sessions: list[dict[str, str | None]]


@api.route(
    "GET",
    "/sessions",
    session=True,
    answers={**ALWAYS, 200: OwnSessions, 403: Problem},
)
@login_required
def list_sessions() -> Response:
    """List one's own sessions."""
    found = _account().sessions(current_user)
    return answer(
        OwnSessions(sessions=[OwnSession(**each._asdict()) for each in found])
    )


@api.route(
    "DELETE",
    "/sessions/others",
    session=True,
    answers={**ALWAYS, 204: None, 403: Problem},
)
@login_required
def end_other_sessions() -> Response:
    """End all of one's own sessions but this one."""
    _account().end_other_sessions(current_user)
    return Response(status=HTTPStatus.NO_CONTENT)


@api.route(
    "DELETE",
    "/sessions/<int:number>",
    session=True,
    answers={**ALWAYS, 204: None, 403: Problem, 404: Problem},
)
@login_required
def end_session(number: int) -> Response:
    """End one of one's own sessions."""
    if not _account().end_session(current_user, number):
        abort(HTTPStatus.NOT_FOUND)
    return Response(status=HTTPStatus.NO_CONTENT)


@api.route(
    "PUT",
    "/password",
    takes=PasswordChange,
    session=True,
    answers={**WITH_BODY, 200: schemas.EmailMessage, 403: Problem},
)
@login_required
@throttled.own_password
@hashes_password
def change_password(body: PasswordChange) -> Response:
    """Change one's own password.

    It takes the password in force. Every session ends; the answer sets the
    cookie of a new one.
    """
    session_id = _account().change_password(
        current_user, body.current_password, body.new_password, local.client()
    )
    response = answer(
        schemas.EmailMessage(
            email=current_user.email, message="password changed"
        )
    )
    cookies.keep(response, here().settings, session_id)
    return response


@api.route(
    "GET",
    "/users/me/export",
    session=True,
    answers={**ALWAYS, 200: Export, 403: Problem},
)
@login_required
def export() -> Response:
    """Return all that is kept about oneself."""
    response = jsonify(_account().export(current_user))
    response.headers["Content-Disposition"] = (
        'attachment; filename="account.json"'
    )
    return response


def _account() -> Account:
    return Account(here().auth)
