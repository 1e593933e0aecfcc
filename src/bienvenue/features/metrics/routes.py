"""``GET /metrics``, for whoever brings the token."""

from http import HTTPStatus

from flask import Response, abort, request

from bienvenue.errors import InvalidToken
from bienvenue.events import Event
from bienvenue.features.metrics import flow
from bienvenue.metrics import text
from bienvenue.web import refused
from bienvenue.web.api import Api
from bienvenue.web.extension import here

api = Api()


@api.page("/metrics")
def metrics() -> Response:
    """Tell all metrics, of all processes of this node.

    Where no token is set there is no such page.
    """
    extension = here()
    token, meter = extension.settings.metrics_token, extension.meter
    if token is None or meter is None:
        abort(HTTPStatus.NOT_FOUND)
    if not flow.may_read(token, request.headers.get("Authorization", "")):
        refused.note(Event.ACCESS_DENIED, "invalid_token")
        raise InvalidToken
    content = flow.exposed(
        meter.layout, meter.read(), extension.auth.db.engine
    )
    return Response(content, content_type=text.TYPE)
