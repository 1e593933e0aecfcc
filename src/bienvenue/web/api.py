"""Routes that say what they take and what they answer.

The declaration is used twice: to validate each request, and to write the
OpenAPI document.  So the two cannot differ.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint
from jinja2 import BaseLoader, ChoiceLoader, PackageLoader

from bienvenue.web import schemas
from bienvenue.web.views import Page, View, gated, validated

_NUMBER = re.compile(r"<int:(\w+)>")  # the one kind of path parameter
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")

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
    ``session`` says that it reads the session cookie, ``query`` what may
    stand behind the path's question mark.  ``page`` answers a
    form that a page of ours sent: it is given what was sent, and the error
    or None.  ``gate`` is asked before anything is read, and may raise.
    """

    method: str
    path: str
    view: View
    takes: type[schemas.Body] | None
    answers: Answers
    session: bool
    page: Page | None = None
    query: type[schemas.Body] | None = None
    gate: Callable[[], None] | None = None

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

    def __init__(
        self,
        package: str | None = None,
        *,
        gate: Callable[[], None] | None = None,
    ) -> None:
        """Start empty; ``package`` has the templates of its pages.

        ``gate`` is asked before all that is declared here, and may raise.
        """
        self._package, self._gate = package, gate
        self._own: list[Operation] = []
        self._pages: list[tuple[str, View]] = []
        self._included: list[Api] = []

    def route(
        self,
        method: str,
        path: str,
        *,
        answers: Answers,
        takes: type[schemas.Body] | None = None,
        session: bool = False,
        page: Page | None = None,
        query: type[schemas.Body] | None = None,
    ) -> Callable[[View], View]:
        """Declare the decorated function as an operation.

        It is called with the validated body where one is declared; what is
        asked for in a query it reads itself, by :func:`query_of`, once it
        knows who asks.
        """

        def declare(view: View) -> View:
            self._own.append(
                Operation(
                    method,
                    path,
                    view,
                    takes,
                    answers,
                    session,
                    page,
                    query,
                    self._gate,
                )
            )
            return view

        return declare

    def page(self, path: str) -> Callable[[View], View]:
        """Declare the decorated function as a page that people look at.

        Or as another answer that is no part of the OpenAPI document.
        """

        def declare(view: View) -> View:
            self._pages.append((path, gated(view, self._gate)))
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

    @property
    def pages(self) -> list[tuple[str, View]]:
        """All pages: their paths, and what shows them."""
        found = list(self._pages)
        for other in self._included:
            found += other.pages
        return found

    @property
    def packages(self) -> list[str]:
        """The packages that have templates of pages."""
        found = [self._package] if self._package else []
        for other in self._included:
            found += other.packages
        return found

    def mount(self, blueprint: Blueprint) -> None:
        """Give a blueprint all routes, each with or without a slash."""
        loaders: list[BaseLoader] = [
            PackageLoader(package) for package in self.packages
        ]
        own = blueprint.jinja_loader
        blueprint.jinja_loader = ChoiceLoader(
            [*loaders, *([own] if own else [])]
        )
        for path, view in self.pages:
            blueprint.add_url_rule(path, view_func=view, strict_slashes=False)
        for operation in self.operations:
            view = validated(operation.view, operation.takes, operation.page)
            blueprint.add_url_rule(
                operation.path,
                endpoint=operation.view.__name__,
                view_func=gated(view, operation.gate),
                methods=[operation.method],
                strict_slashes=False,
            )


def template_of(rule: str) -> str:
    """Return a rule of Flask's as documents write it: ``{number}``."""
    return _PARAMETER.sub(r"{\1}", rule)
