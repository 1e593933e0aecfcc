"""Pages, rendered: templates are files, and what people sent is a value.

A page loads our own style sheet, runs nothing, is not kept, and sends its
address to nobody: that of a mailed link holds a token (OWASP ASVS 3.4.5).
It is in the language of its reader and says so (WCAG 2.2, 3.1.1).
"""

from http import HTTPStatus
from typing import Any

from flask import Response, render_template

from bienvenue import translation
from bienvenue.errors import BienvenueError, InvalidToken, TooManyAttempts
from bienvenue.web import headers, language, problems, wording


def page(
    template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any
) -> Response:
    """Return a page; templates call ``_`` with each text they show."""
    response = _rendered(template, language.of_page(), status, **values)
    response.vary.add("Accept-Language")
    return response


def for_developers(template: str, **values: Any) -> Response:
    """Return a page that is in English only, as the API and its errors."""
    return _rendered(template, translation.SOURCE, HTTPStatus.OK, **values)


def outcome(
    template: str, error: BienvenueError | None, **values: Any
) -> Response:
    """Return the page that answers a form: what was done, or what failed.

    The template has ``error``: None, or its ``code`` and, in English, the
    ``sentence`` for it.
    """
    if error is None:
        return page(template, error=None, **values)
    shown = {"code": error.code, "sentence": wording.of(error)}
    status = problems.status_of(error)
    response = page(template, status, error=shown, **values)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def refused(template: str) -> Response:
    """Return the page for a link that does not count (any more)."""
    return outcome(template, InvalidToken())


def _rendered(
    template: str, tag: str, status: HTTPStatus, **values: Any
) -> Response:
    text = render_template(
        template,
        _=translation.catalogue(tag).gettext,
        language=tag,
        direction=translation.direction(tag),
        **values,
    )
    response = Response(text, status, mimetype="text/html")
    response.headers["Content-Language"] = tag  # RFC 9110 8.5
    response.headers["Content-Security-Policy"] = headers.PAGE_POLICY
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
