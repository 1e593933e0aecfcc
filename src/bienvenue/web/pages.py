"""The few pages of the service: its API explained, and the mailbox."""

from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, Response, abort, jsonify

from bienvenue import mailbox
from bienvenue.config import Settings
from bienvenue.web import (
    cookies,
    headers,
    local,
    openapi,
    theme_files,
    well_known,
)
from bienvenue.web.api import Api
from bienvenue.web.extension import here
from bienvenue.web.rendered import for_developers


def blueprint(described: Callable[[], Api], prefix: str) -> Blueprint:
    """Return the blueprint with the pages, to hang the routes on too.

    ``described`` is asked, by whoever reads the document, what there is.
    """
    found = Blueprint(
        "bienvenue",
        __name__,
        url_prefix=prefix or None,
        static_folder="static",
        static_url_path="/static/bienvenue",
        template_folder="templates",
    )

    def document() -> dict[str, object]:
        return openapi.document(
            described(),
            server=prefix or "/",
            cookie=cookies.name(here().settings, cookies.SESSION),
        )

    @found.get("/openapi.json", strict_slashes=False)
    def openapi_document() -> Response:
        return jsonify(document())

    @found.get("/docs", strict_slashes=False)
    def docs() -> Response:
        return for_developers("bienvenue/docs.html", document=document())

    found.add_url_rule(
        "/dev/mailbox", view_func=_mailbox, strict_slashes=False
    )
    found.add_url_rule("/dev/mailbox/<int:number>.html", view_func=_letter)
    theme_files.mount(found)
    return found


def mounted(
    api: Api,
    described: Callable[[], Api],
    prefix: str,
    *,
    whole: bool = False,
) -> Blueprint:
    """Return the blueprint with the pages and the routes.

    With those that stand around a service of its own, if it is ``whole``.
    """
    found = blueprint(described, prefix)
    api.mount(found)
    if whole:
        well_known.mount(found)
    return found


def _mailbox() -> Response:
    extension = here()
    _for_developers(extension.settings)
    extension.courier.deliver_due()
    letters = extension.auth.db.read(mailbox.newest)
    return for_developers("bienvenue/mailbox.html", letters=letters)


def _letter(number: int) -> Response:
    extension = here()
    _for_developers(extension.settings)
    letter = extension.auth.db.read(lambda unit: mailbox.one(unit, number))
    if letter is None or letter.html is None:
        abort(HTTPStatus.NOT_FOUND)
    response = Response(letter.html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = headers.LETTER_POLICY
    return response


def _for_developers(settings: Settings) -> None:
    """Let the request pass where and for whom there is a mailbox."""
    if settings.profile != "development" or settings.mail != "mailbox":
        abort(HTTPStatus.NOT_FOUND)
    # With tokens kept out of answers, they are not to be read here either.
    local.only(settings, always=not settings.echo_tokens)
