"""What load balancers and orchestrators ask; nothing in it is secret."""

from typing import Literal

from flask import Response

from bienvenue.features.health.flow import require_ready
from bienvenue.web import schemas
from bienvenue.web.api import ALWAYS, Api
from bienvenue.web.extension import here
from bienvenue.web.views import answer

api = Api()


class Health(schemas.Body):
    """How the service is."""

    status: Literal["live", "ready"]


@api.route("GET", "/health/live", answers={**ALWAYS, 200: Health})
def live() -> Response:
    """Tell that this process answers; whoever it asks in turn may not.

    A process that does not answer this wants to be started anew.
    """
    return answer(Health(status="live"))


@api.route("GET", "/health/ready", answers={**ALWAYS, 200: Health})
def ready() -> Response:
    """Tell whether requests are answered: the database is there and fits.

    While it is not, a load balancer had better send people elsewhere.
    """
    require_ready(here().auth.db)
    return answer(Health(status="ready"))
