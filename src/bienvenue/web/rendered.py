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
from bienvenue.web import (
    error_field,
    headers,
    language,
    problems,
    wording,
)
from bienvenue.web.extension import here


def page(
    template: str, status: HTTPStatus = HTTPStatus.OK, **values: Any
) -> Response:
    """Return a page; templates call ``_`` with each text they show.

    And ``ngettext`` with one that counts something.
    """
    response = in_language(language.of_page(), template, status, **values)
    response.vary.add("Accept-Language")
    return response


def for_developers(template: str, **values: Any) -> Response:
    """Return a page that is in English only, as the API and its errors."""
    given = {"language_choices": {}, **values}
    return in_language(translation.SOURCE, template, **given)


def outcome(
    template: str,
    error: BienvenueError | None,
    *,
    field: str | None = None,
    **values: Any,
) -> Response:
    """Return the page that answers a form: what was done, or what failed.

    The template has ``error``: None, or its ``code`` and, in English, the
    ``sentence`` for it; and ``error_field``, the name of the field that it
    is about: ``field``, else what ``error_field`` makes of the form.
    """
    if error is None:
        return page(template, error=None, **values)
    about = field or error_field.of(error)
    shown = failed(error, about)
    response = page(template, problems.status_of(error), **shown, **values)
    if isinstance(error, TooManyAttempts):
        response.headers["Retry-After"] = str(error.retry_after)
    return response


def failed(error: BienvenueError, field: str | None = None) -> dict[str, Any]:
    """Return what a template is told of an error, and of its field."""
    shown = {"code": error.code, "sentence": wording.of(error)}
    return {"error": shown, "error_field": field}


def refused(template: str) -> Response:
    """Return the page for a link that does not count (any more)."""
    return outcome(template, InvalidToken())


def in_language(
    tag: str,
    template: str,
    status: HTTPStatus = HTTPStatus.OK,
    **values: Any,
) -> Response:
    """Return a page in one of ``translation.languages()``.

    ``values`` go before what every page is given: its language and
    direction and what others there are, the brand, and the template it
    stands in.
    """
    theme, said = here().theme, translation.catalogue(tag)
    given: dict[str, Any] = {
        "_": said.gettext,
        "ngettext": said.ngettext,
        "language": tag,
        "direction": translation.direction(tag),
        "language_choices": language.offered(),
        "this_page": language.this_page(),
        "layout": theme.layout,
        "brand": theme,
        "error_field": None,
    }
    text = render_template(template, **(given | values))
    response = Response(text, status, mimetype="text/html")
    response.headers["Content-Language"] = tag  # RFC 9110 8.5
    response.headers["Content-Security-Policy"] = headers.PAGE_POLICY
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
