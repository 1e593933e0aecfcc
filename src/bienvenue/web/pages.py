"""The few pages of the service: its API explained, and the mailbox."""

from http import HTTPStatus
from importlib.metadata import version

from flask import Blueprint, Response, abort, jsonify, render_template

from bienvenue import mailbox
from bienvenue.web import headers, local, openapi
from bienvenue.web.api import Api
from bienvenue.web.extension import here


def blueprint(api: Api, prefix: str) -> Blueprint:
    """Return the blueprint with the pages, to hang the routes on too."""
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
            api, server=prefix or "/", version=version("bienvenue")
        )

    @found.get("/openapi.json", strict_slashes=False)
    def openapi_document() -> Response:
        return jsonify(document())

    @found.get("/docs", strict_slashes=False)
    def docs() -> Response:
        return _page("bienvenue/docs.html", document=document())

    found.add_url_rule(
        "/dev/mailbox", view_func=_mailbox, strict_slashes=False
    )
    return found


def _mailbox() -> Response:
    extension = here()
    settings = extension.settings
    if settings.profile != "development" or settings.mail != "mailbox":
        abort(HTTPStatus.NOT_FOUND)
    # With tokens kept out of answers, they are not to be read here either.
    local.only(settings, always=not settings.echo_tokens)
    extension.courier.deliver_due()
    letters = extension.auth.db.read(mailbox.newest)
    return _page("bienvenue/mailbox.html", letters=letters)


def _page(template: str, **values: object) -> Response:
    response = Response(
        render_template(template, **values), mimetype="text/html"
    )
    response.headers["Content-Security-Policy"] = headers.PAGE_POLICY
    response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
    return response
