"""The routes of one's own account."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify, request

from bienvenue.features.account.flow import Account
from bienvenue.web import cookies, local, schemas, throttled, verbs
from bienvenue.web.admission import hashes_password
from bienvenue.web.api import ALWAYS, WITH_BODY, Api
from bienvenue.web.current_user import (
    current_user,
    login_required,
    recently_authenticated,
)
from bienvenue.web.extension import here
from bienvenue.web.schemas import Problem
from bienvenue.web.views import answer

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


class OwnPassword(schemas.Body):
    """The password of whoever is signed in."""

    password: schemas.Password


class Deletion(schemas.Body):
    """When an account is deleted, or that it was."""

    message: str
    deletion_due_at: datetime


class SecurityEvent(schemas.Body):
    """What the audit log has of a person: what, when, from where."""

    time: str
    event: str
    outcome: str
    address: str | None
    agent: str | None
    detail: dict[str, Any]


class Export(schemas.Body):
    """All that is kept about a person, without any secret."""

    email: str
    created_at: datetime
    verified_at: datetime | None
    deletion_due_at: datetime | None
    language: str | None
    sessions: list[dict[str, str | None]]
    events: list[SecurityEvent]


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
    kept = verbs.is_kept(current_user)
    session_id = _account().change_password(
        current_user, body.current_password, body.new_password, local.client()
    )
    response = answer(
        schemas.EmailMessage(
            email=current_user.email, message="password changed"
        )
    )
    cookies.keep(response, here().settings, session_id, kept=kept)
    here().courier.wake()
    return response


@api.route(
    "POST",
    "/sessions/reauthentication",
    takes=OwnPassword,
    session=True,
    answers={**WITH_BODY, 200: schemas.EmailMessage},
)
@login_required
@throttled.own_password
@hashes_password
def reauthenticate(body: OwnPassword) -> Response:
    """Give one's password again, for what wants it to be fresh.

    The answer sets the cookie of this session's new id; the old one ends.
    """
    renewed = _account().reauthenticate(
        current_user, cookies.session_id(request), body.password
    )
    response = answer(
        schemas.EmailMessage(email=current_user.email, message="authenticated")
    )
    verbs.keep_renewed(response, renewed)
    return response


@api.route(
    "DELETE",
    "/users/me",
    session=True,
    answers={
        **ALWAYS,
        200: Deletion,
        202: Deletion,
        403: Problem,
        409: Problem,
    },
)
@login_required
@recently_authenticated
def delete_account() -> Response:
    """Delete one's own account, after some days of grace.

    Every session ends. Signing in before the account is gone keeps it.
    Wants the password to have been given just now.
    """
    extension = here()
    due = _account().delete(current_user)
    if extension.settings.deletion_grace_days:
        extension.courier.wake()
        message, status = "account will be deleted", HTTPStatus.ACCEPTED
    else:
        message, status = "account deleted", HTTPStatus.OK
    response = answer(Deletion(message=message, deletion_due_at=due), status)
    cookies.clear(response, extension.settings)
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
