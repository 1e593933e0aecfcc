"""What an error looks like, and the one table of status codes.

Every error is JSON with ``message`` for people and ``code`` for programs,
beside the members of RFC 9457, in ``application/problem+json``.
"""

import json
import logging
from http import HTTPStatus
from traceback import format_tb
from typing import Any

from flask import Response, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import (
    HTTPException,
    InternalServerError,
    RequestEntityTooLarge,
    UnsupportedMediaType,
)

from bienvenue import audit, errors
from bienvenue.errors import BienvenueError
from bienvenue.events import Event
from bienvenue.web import local

_log = logging.getLogger("bienvenue.web")

PROBLEM = "application/problem+json"

EMAIL_TAKEN = "email already registered"


class Malformed(BienvenueError):
    """The body cannot be read, or a member of it is missing or unfit."""

    code = "malformed"
    default_message = "the request is malformed"


class BodyTooLarge(RequestEntityTooLarge):
    """The body is larger than the settings allow (HTTP 413)."""

    def __init__(self, max_bytes: int) -> None:
        """Name the limit."""
        super().__init__(f"the body is larger than {max_bytes} bytes")


class UnknownBody(UnsupportedMediaType):
    """The body is neither JSON nor a form (HTTP 415)."""


# Looked up by class, nearest ancestor first.
STATUS: dict[type[Exception], HTTPStatus] = {
    BienvenueError: HTTPStatus.INTERNAL_SERVER_ERROR,
    Malformed: HTTPStatus.BAD_REQUEST,
    errors.InvalidAddress: HTTPStatus.BAD_REQUEST,
    errors.InvalidPassword: HTTPStatus.BAD_REQUEST,
    errors.EmailTaken: HTTPStatus.BAD_REQUEST,
    errors.InvalidCredentials: HTTPStatus.UNAUTHORIZED,
    errors.SessionRequired: HTTPStatus.FORBIDDEN,
    errors.WrongPassword: HTTPStatus.FORBIDDEN,
    errors.PasswordChangeRequired: HTTPStatus.FORBIDDEN,
    errors.InvalidToken: HTTPStatus.FORBIDDEN,
    errors.UnknownAddress: HTTPStatus.FORBIDDEN,
    errors.UserNotFound: HTTPStatus.NOT_FOUND,
    errors.ReauthenticationRequired: HTTPStatus.FORBIDDEN,
    errors.NotPermitted: HTTPStatus.FORBIDDEN,
    errors.NotWhileActing: HTTPStatus.FORBIDDEN,
    errors.AccountDisabled: HTTPStatus.CONFLICT,
    errors.AddressUnproven: HTTPStatus.CONFLICT,
    errors.LastAdmin: HTTPStatus.CONFLICT,
    errors.InvalidChoice: HTTPStatus.BAD_REQUEST,
    errors.LocalOnly: HTTPStatus.FORBIDDEN,
    errors.MailOff: HTTPStatus.FORBIDDEN,
    errors.CrossSite: HTTPStatus.FORBIDDEN,
    errors.DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.PasswordCheckUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.Leaving: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
}


# Not HTTPStatus's names: those differ between versions of Python.
_HTTP_CODES = {
    400: "malformed",
    404: "not_found",
    405: "method_not_allowed",
    413: "content_too_large",
    415: "unsupported_media_type",
    500: "internal_error",
}


def problem(status: HTTPStatus, code: str, message: str) -> Response:
    """Return an error as JSON (RFC 9457 with ``message`` and ``code``)."""
    members: dict[str, Any] = {
        "message": message,
        "code": code,
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "detail": message,
    }
    return _answer(members, status, PROBLEM)


def status_of(error: BienvenueError) -> HTTPStatus:
    """Return the status of one of our own errors."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def from_error(error: BienvenueError) -> Response:
    """Turn one of our own errors into its answer."""
    if isinstance(error, errors.EmailTaken):
        return _email_taken()
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        return from_fault(error)
    answer = problem(status, str(error.code), str(error))
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "1"
    if isinstance(error, errors.TooManyAttempts):
        answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def from_http(error: HTTPException) -> Response:
    """Turn Flask's own (unknown path, wrong method, ...) into JSON."""
    response = error.get_response()
    status = HTTPStatus(response.status_code)
    code = _HTTP_CODES.get(status.value, f"http_{status.value}")
    message = status.phrase.lower()
    if isinstance(error, BodyTooLarge | UnknownBody):
        message = str(error.description)
    answer = problem(status, code, message)
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            answer.headers[name] = response.headers[name]
    return answer


def from_fault(error: Exception) -> Response:
    """Answer 500 to a fault nobody thought of; log where it was raised.

    What it says is not logged: it may quote what a client sent.  The
    request's id is in both lines of the log, and in the answer's header.
    """
    _report(Event.FAULT, error)
    _log.error(
        "request %s: %s raised %s\n%s",
        local.request_id(),
        request.endpoint,
        type(error).__qualname__,
        "".join(format_tb(error.__traceback__)),
    )
    return from_http(InternalServerError())


def from_database(error: SQLAlchemyError) -> Response:
    """Say that the database did not answer; its words stay inside."""
    _report(Event.DATABASE_UNAVAILABLE, error)
    return from_error(errors.DatabaseUnavailable())


def _report(event: Event, error: Exception) -> None:
    audit.report(
        event,
        error=type(error).__qualname__,
        target=f"{request.method} {request.endpoint}",
    )


def _email_taken() -> Response:
    """Answer in the contract's own words.

    Clients in the field compare this body as a whole, so the members of
    RFC 9457 come only to a client that asks for that format.
    """
    wanted = request.accept_mimetypes
    if any(kind.lower() == PROBLEM for kind in wanted.values()):
        return problem(HTTPStatus.BAD_REQUEST, "email_taken", EMAIL_TAKEN)
    return _answer(
        {"message": EMAIL_TAKEN}, HTTPStatus.BAD_REQUEST, "application/json"
    )


def _answer(
    members: dict[str, Any], status: HTTPStatus, mimetype: str
) -> Response:
    content = json.dumps(members, separators=(",", ":")) + "\n"
    return Response(content, status, mimetype=mimetype)
