"""Read the body of a request: JSON or a form, and nothing in between.

Both parsers give the same value or refuse (OWASP ASVS 1.5.3): UTF-8 only,
no name twice, no numbers beyond JSON.  Only the body is read; a parameter
in the query string never stands in for one.
"""

import json
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge

from bienvenue.web.media_type import FORM, JSON
from bienvenue.web.problems import BodyTooLarge, Malformed, UnknownBody

TOO_LARGE = "bienvenue.body_too_large"  # set by the server's bridge
_MAX_FIELDS = 100


def read(request: Request, max_bytes: int) -> dict[str, Any]:
    """Return the members of the body; an absent body has none.

    Raises ``Malformed``, ``BodyTooLarge`` above ``max_bytes`` or
    ``UnknownBody``.
    """
    raw = _bounded(request, max_bytes)
    if not raw:
        return {}
    parsers = {JSON: _read_json, FORM: _read_form}
    parser = parsers.get(request.mimetype)
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if parser is None or charset not in ("utf-8", "utf8"):
        raise UnknownBody(f"send {JSON} or {FORM}, in UTF-8")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("the body is not UTF-8") from None
    return parser(text)


def _bounded(request: Request, max_bytes: int) -> bytes:
    request.max_content_length = max_bytes
    if request.environ.get(TOO_LARGE):
        raise BodyTooLarge(max_bytes)
    try:
        return request.get_data(cache=False)
    except RequestEntityTooLarge:
        raise BodyTooLarge(max_bytes) from None


def _read_json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant
        )
    except Malformed:
        raise
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON") from None
    if not isinstance(value, dict):
        raise Malformed("the body is not a JSON object")
    return value


def _read_form(text: str) -> dict[str, Any]:
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except UnicodeDecodeError:
        raise Malformed("the form is not UTF-8") from None
    except ValueError:
        raise Malformed("the form has too many fields") from None
    return _unique(pairs)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that comes twice: two readers could differ on it."""
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed("a member of the body comes twice")
    return members


def _no_constant(_name: str) -> NoReturn:
    raise Malformed("the body has a number that JSON does not know")
