"""Routes that are imported when somebody first asks for one of them.

Most starts of a service are followed by no visit to its console, which is a
third of its routes: until then they cost it neither time nor memory
(decision 0090).  Only the service on its own does so; an application that
embeds us finds every route where Flask keeps its own.
"""

import logging
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any
from urllib.parse import quote

from flask import Flask, has_request_context, request
from flask.wrappers import Request
from werkzeug.exceptions import InternalServerError
from werkzeug.routing import MapAdapter

from bienvenue.web.late_rule import LateRule

_log = logging.getLogger("bienvenue.web")

# What Flask adds to the values of a URL, beside those of its path.
_PLAIN = "%!#$&'()*+,/:;=?@"  # in an anchor
_OF_FLASK = ("_anchor", "_method", "_scheme", "_external")


class LateFlask(Flask):
    """An application that knows some of its routes only when asked.

    What is asked meanwhile goes on with the routes it was matched by: the
    table of all of them is made beside the one in use, and replaces it.
    """

    url_rule_class = LateRule

    def __init__(self, name: str) -> None:
        """Know every route that is there, until ``put_off``."""
        super().__init__(name, static_folder=None)
        self._paths: tuple[str, ...] = ()
        self._mount: Callable[[Flask], None] | None = None
        self._lock = Lock()
        self.url_build_error_handlers.append(self._build)

    def put_off(
        self, paths: Sequence[str], mount: Callable[[Flask], None]
    ) -> None:
        """Leave out what stands at these paths and below them, for now.

        ``mount`` gives an application all routes: those that are there,
        and those that are left out.
        """
        self._paths, self._mount = tuple(paths), mount

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what matches a request, with late routes if it is theirs."""
        if request is not None and self._is_late(request.path):
            self._try_to_complete()
        return super().create_url_adapter(request)

    def _is_late(self, path: str) -> bool:
        clean = "/" + path.lstrip("/")
        return any(
            clean == late or clean.startswith(f"{late}/")
            for late in self._paths
        )

    def _try_to_complete(self) -> None:
        """Be as Flask is where a view fails, if the import does."""
        try:
            self.complete()
        except Exception as error:
            kind = type(error).__qualname__
            _log.error("late routes cannot be imported: %s", kind)
            raise InternalServerError from error

    def complete(self) -> None:
        """Know all routes from now on."""
        with self._lock:
            if self._mount is None:
                return
            whole = Flask(self.name, static_folder=None)
            whole.url_rule_class = LateRule
            self._mount(whole)
            for endpoint, view in whole.view_functions.items():
                self.view_functions.setdefault(endpoint, view)
            _take_on(whole, self)
            self.url_map = whole.url_map
            self._paths, self._mount = (), None

    def _build(
        self, error: Exception, endpoint: str, values: dict[str, Any]
    ) -> str:
        """Return the path of a late route, or raise Flask's error."""
        self.complete()
        # That of the request may be from before others were known.
        adapter = self.create_url_adapter(
            request if has_request_context() else None
        )
        if adapter is None:
            raise error
        asked = {name: values.pop(name) for name in _OF_FLASK}
        url = adapter.build(
            endpoint,
            values,
            method=asked["_method"],
            url_scheme=asked["_scheme"],
            force_external=asked["_external"],
        )
        anchor = asked["_anchor"]
        return f"{url}#{quote(anchor, safe=_PLAIN)}" if anchor else url


def _take_on(whole: Flask, app: Flask) -> None:
    """Add what others have added to an application to all that is ours."""
    whole.url_map.converters.update(app.url_map.converters)
    ours = {(rule.rule, rule.endpoint) for rule in whole.url_map.iter_rules()}
    for rule in app.url_map.iter_rules():
        if (rule.rule, rule.endpoint) not in ours:
            own = rule.empty()
            # Flask's, which Werkzeug knows nothing of.
            name = "provide_automatic_options"
            vars(own)[name] = getattr(rule, name, None)
            whole.url_map.add(own)
