"""How operations of the admin API are declared: what looks, what does."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from flask import Response

from bienvenue.features.admin.routes.guard import (
    TAKES_BODY,
    does,
    for_admins,
    require_reachable,
)
from bienvenue.web.api import ALWAYS, Answers, Api
from bienvenue.web.schemas import Body, Csv, Problem
from bienvenue.web.views import View

_ROOT = "/admin/api"
_SEEN: Answers = {**ALWAYS, 403: Problem, 404: Problem}
_DONE: Answers = {204: None}

Act = Callable[..., Response | None]


class AdminApi(Api):
    """A table of operations that are for admins, behind the console's gate.

    Each view is given the admin who asks, before all else.
    """

    def __init__(self) -> None:
        """Start empty."""
        super().__init__(gate=require_reachable)

    def looks(
        self, path: str, shows: type[Body], query: type[Body] | None = None
    ) -> Callable[[View], View]:
        """Declare what only looks."""

        def declare(view: View) -> View:
            return self._read(path, shows, query)(for_admins(view))

        return declare

    def exports(
        self, path: str, verb: str, query: type[Body]
    ) -> Callable[[View], View]:
        """Declare what takes data away as CSV; it is a deed too."""

        def declare(view: View) -> View:
            return self._read(path, Csv, query)(does(verb)(view))

        return declare

    def acts(
        self,
        method: str,
        path: str,
        verb: str,
        takes: type[Body] | None = None,
        *,
        answers: Answers = _DONE,
        refuses: Answers | None = None,
    ) -> Callable[[Act], View]:
        """Declare what does something; a view's None is answered by 204.

        ``refuses`` is what it may be refused by, beside what any may.
        """
        beside = {**_SEEN, **(TAKES_BODY if takes else {}), **(refuses or {})}

        def declare(act: Act) -> View:
            @wraps(act)
            def view(*args: object, **path: int) -> Response:
                done = act(*args, **path)
                if done is None:
                    return Response(status=HTTPStatus.NO_CONTENT)
                return done

            operation = self.route(
                method,
                _ROOT + path,
                takes=takes,
                session=True,
                answers={**beside, **answers},
            )
            return operation(does(verb)(view))

        return declare

    def _read(
        self, path: str, shows: type[Body], query: type[Body] | None
    ) -> Callable[[View], View]:
        unread: Answers = {400: Problem} if query else {}
        return self.route(
            "GET",
            _ROOT + path,
            query=query,
            session=True,
            answers={**_SEEN, **unread, 200: shows},
        )
