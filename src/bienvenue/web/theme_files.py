"""The files of a theme, as browsers ask for them.

They hold no secret: a browser keeps them, and asks whether they are still
the same.  An SVG is a picture here and nowhere a document that does things:
its policy lets it have styles, and no more.
"""

import hashlib
from http import HTTPStatus

from flask import Blueprint, Response, abort, request, send_from_directory

from bienvenue.web.extension import here

_PICTURE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

# What a style sheet may need; nothing that a browser would run.
_KINDS = {
    ".avif": "image/avif",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}


def mount(blueprint: Blueprint) -> None:
    """Give a blueprint the routes of a theme's files."""
    place = "/static/bienvenue"
    blueprint.add_url_rule(f"{place}/theme.css", view_func=theme_sheet)
    blueprint.add_url_rule(f"{place}/logo", view_func=logo)
    blueprint.add_url_rule(
        f"{place}/theme/<path:filename>", view_func=theme_asset
    )


def theme_sheet() -> Response:
    """Answer the style sheet that comes after ours."""
    sheet = here().theme.sheet
    return kept(sheet.encode() or None, "text/css; charset=utf-8")


def logo() -> Response:
    """Answer the brand's sign."""
    found = here().theme.logo
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return _picture(kept(found.content, found.kind))


def theme_asset(filename: str) -> Response:
    """Answer a file of the theme's ``assets``: a picture, or a font."""
    folder = here().theme.folder
    kind = _KINDS.get(f".{filename.rpartition('.')[2].lower()}")
    if folder is None or kind is None:
        abort(HTTPStatus.NOT_FOUND)
    return _picture(
        send_from_directory(
            (folder / "assets").resolve(), filename, mimetype=kind
        )
    )


def kept(content: bytes | None, kind: str) -> Response:
    """Answer what browsers may keep and ask for again; 404 for None."""
    if content is None:
        abort(HTTPStatus.NOT_FOUND)
    response = Response(content, content_type=kind)
    response.headers["Cache-Control"] = "no-cache"
    response.set_etag(hashlib.sha256(content).hexdigest()[:32])
    response.make_conditional(request)
    return response


def _picture(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = _PICTURE
    return response
