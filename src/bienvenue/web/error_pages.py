"""Errors as pages, for people who look at them in a browser.

Programs get what they always got.  A browser says of itself that it goes to
a page (``Sec-Fetch-Mode: navigate``, which no script can say); one that is
too old for that is known by where it goes and what it asks for.
"""

import logging
from collections.abc import Callable, Collection
from functools import cached_property, wraps
from http import HTTPStatus
from typing import Any, TypeVar, cast

from flask import Response, current_app, request

from bienvenue.web import (
    language,
    local,
    media_type,
    rendered,
    too_many,
    wording,
)
from bienvenue.web.api import Api
from bienvenue.web.extension import here

E = TypeVar("E", bound=Exception)
Handler = Callable[[E], Response]

_log = logging.getLogger("bienvenue.web")
_PAGE = "bienvenue/error.html"
_BLUEPRINT = "bienvenue"
_READ = frozenset({"GET", "HEAD"})
_OURS = 500  # and above: the fault is not the person's


class ErrorPages:
    """Knows where people go, and shows them errors as pages."""

    def __init__(
        self, api: Callable[[], Api], but: Collection[str] = ()
    ) -> None:
        """Take the pages there are, and the paths that are never for people.

        ``api`` is asked at the first error of somebody who may be a person.
        """
        self._api, self._programs = api, frozenset(but)

    @cached_property
    def _people(self) -> Collection[tuple[str, str]]:
        """Where people go, by method and path.

        Forms that pages answer are for people too; the classic routes share
        a path with a page.
        """
        table = self._api()
        forms = [(on.method, on.path) for on in table.operations if on.page]
        return {*forms, *(("GET", path) for path, _ in table.pages)}

    def beside(self, handler: Handler[E]) -> Handler[E]:
        """Have an error's handler answer people by a page."""

        @wraps(handler)
        def answering(error: E) -> Response:
            plain = handler(error)
            return _page(plain) or plain if self._is_looked_at() else plain

        return answering

    def _is_looked_at(self) -> bool:
        """Tell whether the answer is for a person, in a browser."""
        kinds = request.accept_mimetypes.values()
        if "text/html" not in {kind.lower() for kind in kinds}:
            return False
        path = _path()
        if path in self._programs:
            return False
        going = request.headers.get("Sec-Fetch-Mode") == "navigate"
        method = "GET" if request.method == "HEAD" else request.method
        typed = method == "GET" or request.mimetype == media_type.FORM
        return going or (typed and (method, path) in self._people)


def _path() -> str:
    """Return the rule that the request was for, else its path."""
    rule = request.url_rule
    path = rule.rule if rule else request.path.rstrip("/")
    return path.removeprefix(here().prefix)


def _page(plain: Response) -> Response | None:
    """Return the page for an error's answer, or None if there can be none."""
    if plain.status_code >= _OURS:
        language.written_for_nobody()  # the database may be what is wrong
    try:
        shown = _rendered(plain)
    except Exception as error:  # noqa: BLE001 - the plain answer is still good
        _log.error(
            "request %s: no page for an error: %s",
            local.request_id(),
            type(error).__qualname__,
        )
        return None
    for name in ("Allow", "Retry-After"):
        if name in plain.headers:
            shown.headers[name] = plain.headers[name]
    shown.vary.update(("Accept", "Sec-Fetch-Mode"))
    return shown


def _rendered(plain: Response) -> Response:
    code = str((plain.get_json(force=True) or {}).get("code", ""))
    status = plain.status_code
    again = _again() if request.method in _READ else ""
    if "Retry-After" in plain.headers and status == too_many.STATUS:
        seconds = int(plain.headers["Retry-After"])
        return too_many.page(seconds, again, **_around())
    return rendered.page(
        _PAGE,
        HTTPStatus(status),
        code=code,
        heading=wording.heading(code, status),
        sentence=wording.of_code(code),
        again=again,
        reference=local.request_id() if status >= _OURS else "",
        support=_support(),
        **_around(),
    )


def _again() -> str:
    """Return the path and query that were asked for, on this very host."""
    path = f"{request.script_root}{request.full_path}".rstrip("?")
    return "/" + path.lstrip("/")


def _around() -> dict[str, Any]:
    """Return what our pages have around them, in an error of routing too.

    Flask gives it to the templates of routes that it has found only.
    """
    values: dict[str, Any] = {}
    for give in current_app.template_context_processors.get(_BLUEPRINT, ()):
        values |= cast(dict[str, Any], give())
    return values


def _support() -> str:
    """Return where people may turn to, as a link; "" where it is not set."""
    settings = here().settings
    mail = settings.support_email
    return settings.support_url or (f"mailto:{mail}" if mail else "")
