"""The first page of the console: how the service fares."""

from flask import Response

from bienvenue.features.admin import charts
from bienvenue.features.admin.routes import guard
from bienvenue.features.admin.routes.pages import frame
from bienvenue.features.admin.shapes import Actor, Day
from bienvenue.web.api import Api

api = Api(gate=guard.require_reachable)

_MEASURES = ("sign_ups", "sign_ins", "failures", "lockouts")


@api.page("/admin")
@frame.for_admins
def admin_page(_actor: Actor) -> Response:
    """Show how many there are, whether all is well, and the last days."""
    admin = guard.flow()
    found = admin.overview()
    return frame.page(
        "bienvenue/admin_overview.html",
        "overview",
        figures=found,
        checks=admin.health(),
        charts={each: _chart(found.days, each) for each in _MEASURES},
        days=found.days[::-1],
    )


def _chart(days: list[Day], measure: str) -> charts.Chart:
    return charts.chart([(day.date, getattr(day, measure)) for day in days])
