"""What stands around a view: a gate, the body it takes, its page."""

from collections.abc import Callable
from functools import partial, wraps
from http import HTTPStatus
from typing import Any, TypeVar

from flask import Response, request

from bienvenue.errors import BienvenueError
from bienvenue.web import (
    body,
    error_field,
    local,
    media_type,
    problems,
    refused,
    schemas,
)
from bienvenue.web.extension import here

# What a route tells the browser, whatever page answers the form.
_ALONG = ("Set-Cookie", "Clear-Site-Data")

T = TypeVar("T", bound=schemas.Body)

View = Callable[..., Response]
Page = Callable[[dict[str, Any], BienvenueError | None], Response]


def answer(
    schema: schemas.Body, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Return a body as JSON, its members in the order of its schema."""
    return Response(
        schema.model_dump_json() + "\n", status, mimetype=media_type.JSON
    )


def query_of(schema: type[T]) -> T:
    """Return what the request's query asks for; raises ``Malformed``.

    Other names in it are left alone, and none counts twice.
    """
    members: dict[str, object] = {}
    for name in schema.model_fields:
        values = request.args.getlist(name)
        if len(values) > 1:
            raise problems.Malformed(f"{name} comes twice in the query")
        if values:
            members[name] = values[0]
    return schemas.check(schema, members)


def gated(view: View, gate: Callable[[], None] | None) -> View:
    """Return the view behind a gate, which raises what keeps somebody out."""
    if gate is None:
        return view

    @wraps(view)
    def let_in(*args: Any, **path: Any) -> Response:
        gate()
        return view(*args, **path)

    return let_in


def validated(
    view: View, takes: type[schemas.Body] | None, page: Page | None
) -> View:
    """Return the view as it is called: with a body that fits what it takes.

    With a page, a form of that page's is answered by it.
    """
    if takes is None:
        return view
    with_body = partial(_with_body, view, takes)
    if page is None:
        return with_body
    return partial(_by_page, with_body, view, takes, page)


def _with_body(view: View, takes: type[schemas.Body], **path: Any) -> Response:
    members = body.read(request, here().settings.max_body_bytes)
    return view(schemas.check(takes, members), **path)


_noted = refused.noted(problems.from_error)


def _by_page(
    with_body: View, view: View, takes: type[schemas.Body], page: Page
) -> Response:
    """Answer a page's form by a page, and anybody else in JSON."""
    if not local.wants_page():
        return with_body()
    members = body.read(request, here().settings.max_body_bytes)
    error_field.remember(members)
    try:
        done = view(schemas.check(takes, members))
    except BienvenueError as error:
        _noted(error)
        return page(members, error)
    shown = page(members, None)
    for name in _ALONG:
        for value in done.headers.getlist(name):
            shown.headers.add(name, value)
    return shown
