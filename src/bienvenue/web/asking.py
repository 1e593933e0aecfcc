"""Whom a request is answered for: known to all below while it lasts.

``client.current()`` gives it.  It is worked out when it is first asked for,
so a request that leaves nothing behind pays for nothing.
"""

from contextvars import Token
from http import HTTPStatus
from typing import cast

from flask import Flask, Response, request

from bienvenue import client
from bienvenue.client import Source
from bienvenue.web import local

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ACTING = "bienvenue.acting"


def follow(app: Flask) -> None:
    """Have every request of an application known while it lasts."""
    app.before_request(_begin)
    app.teardown_request(_end)


def name(response: Response) -> Response:
    """Say the request's id in an error, and wherever it may be in a log.

    In every answer to a write, or its absence would tell what was done.
    """
    if (
        response.status_code >= HTTPStatus.BAD_REQUEST
        or request.method not in _SAFE
        or local.REQUEST_ID in request.environ
    ):
        response.headers[local.ID_HEADER] = local.request_id()
    return response


def _begin() -> None:
    request.environ[_ACTING] = client.begin(local.client)


def _end(_error: BaseException | None = None) -> None:
    token = request.environ.pop(_ACTING, None)
    if token is not None:
        client.end(cast("Token[Source | None]", token))
