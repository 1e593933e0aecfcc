"""The settings in force, and where each of them comes from."""

from flask import Response

from bienvenue.features.admin.routes import guard
from bienvenue.features.admin.routes.pages import frame
from bienvenue.features.admin.shapes import Actor
from bienvenue.web.api import Api

api = Api(gate=guard.require_reachable)


@api.page("/admin/settings")
@frame.for_admins
def admin_settings_page(_actor: Actor) -> Response:
    """Show what was chosen here first, and then what comes by default."""
    found = guard.flow().settings()
    return frame.page(
        "bienvenue/admin_settings.html",
        "settings",
        chosen=[each for each in found if each.source != "default"],
        usual=[each for each in found if each.source == "default"],
    )
