"""The page for whoever tried too often: how long to wait, and what else.

It is the same for an address that has an account and for one that has none.
"""

from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from flask import Response

from bienvenue import translation
from bienvenue.errors import BienvenueError, TooManyAttempts
from bienvenue.web import language, rendered, wording
from bienvenue.web.extension import here

STATUS = HTTPStatus.TOO_MANY_REQUESTS
_PAGE = "bienvenue/too_many_attempts.html"


def outcome(
    template: str, error: BienvenueError | None, again: str, **values: Any
) -> Response:
    """Answer a form as ``rendered.outcome`` does, but for too many attempts.

    ``again`` is the path of the page to try again on.  ``guessed=True``
    says that it is passwords of an account that were tried.
    """
    if not isinstance(error, TooManyAttempts):
        values.pop("guessed", None)
        response = rendered.outcome(template, error, **values)
        if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            response.headers["Retry-After"] = "1"
        return response
    guessed = bool(values.get("guessed"))
    return page(error.retry_after, again, guessed=guessed)


def page(
    seconds: int, again: str, *, guessed: bool = False, **values: Any
) -> Response:
    """Return the page: 429, with ``Retry-After`` (RFC 6585, 4)."""
    said = translation.catalogue(language.of_page())
    path, _, query = again.partition("?")
    response = rendered.page(
        _PAGE,
        STATUS,
        wait=wording.wait(seconds, said.ngettext),
        seconds=seconds,
        again=path,
        query=parse_qsl(query),
        guessed=guessed,
        mailed=here().settings.mail != "off",
        **values,
    )
    response.headers["Retry-After"] = str(seconds)
    return response
