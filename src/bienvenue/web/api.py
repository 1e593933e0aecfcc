"""Routes that say what they take and what they answer.

The declaration is used twice: to validate each request, and to write the
OpenAPI document.  So the two cannot differ.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from bienvenue.web import body, schemas
from bienvenue.web.extension import here

_NUMBER = re.compile(r"<int:(\w+)>")  # the one kind of path parameter

View = Callable[..., Response]
Answers = Mapping[int, type[schemas.Body] | None]

# What any operation may answer, and what any may that takes a body.
ALWAYS: Answers = {503: schemas.Problem}
WITH_BODY: Answers = {
    400: schemas.Problem,
    403: schemas.Problem,
    413: schemas.Problem,
    415: schemas.Problem,
    429: schemas.Problem,
    **ALWAYS,
}


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path: what it takes and what it may answer.

    ``answers`` maps each status to a schema, or to None for no body;
    ``session`` says that it reads the session cookie.
    """

    method: str
    path: str
    view: View
    takes: type[schemas.Body] | None
    answers: Answers
    session: bool

    @property
    def template(self) -> str:
        """The path as OpenAPI writes it: ``{number}`` for a parameter."""
        return _NUMBER.sub(r"{\1}", self.path)

    @property
    def numbers(self) -> list[str]:
        """The names of the path's parameters, all of them numbers."""
        return _NUMBER.findall(self.path)


class Api:
    """A table of operations, filled by decorators."""

    def __init__(self) -> None:
        """Start empty."""
        self._own: list[Operation] = []
        self._included: list[Api] = []

    def route(
        self,
        method: str,
        path: str,
        *,
        answers: Answers,
        takes: type[schemas.Body] | None = None,
        session: bool = False,
    ) -> Callable[[View], View]:
        """Declare the decorated function as an operation.

        It is called with the validated body where one is declared.
        """

        def declare(view: View) -> View:
            self._own.append(
                Operation(method, path, view, takes, answers, session)
            )
            return view

        return declare

    def include(self, other: "Api") -> None:
        """Take on the operations of a feature, after one's own."""
        self._included.append(other)

    @property
    def operations(self) -> list[Operation]:
        """All operations, those of features last."""
        found = list(self._own)
        for other in self._included:
            found += other.operations
        return found

    def mount(self, blueprint: Blueprint) -> None:
        """Give a blueprint all routes, each with or without a slash."""
        for operation in self.operations:
            blueprint.add_url_rule(
                operation.path,
                endpoint=operation.view.__name__,
                view_func=_validated(operation),
                methods=[operation.method],
                strict_slashes=False,
            )


def answer(
    schema: schemas.Body, status: HTTPStatus = HTTPStatus.OK
) -> Response:
    """Return a body as JSON, its members in the order of its schema."""
    return Response(
        schema.model_dump_json() + "\n", status, mimetype=body.JSON
    )


def _validated(operation: Operation) -> View:
    takes = operation.takes
    if takes is None:
        return operation.view
    return partial(_with_body, operation.view, takes)


def _with_body(view: View, takes: type[schemas.Body], **path: Any) -> Response:
    members = body.read(request, here().settings.max_body_bytes)
    return view(schemas.check(takes, members), **path)
