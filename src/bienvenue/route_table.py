"""The table of routes: features are named here, and nowhere else."""

from functools import cache

from flask import Flask

from bienvenue import instruments, routes
from bienvenue.features.account.routes import api as account_api
from bienvenue.features.email_change.routes import api as email_change_api
from bienvenue.features.forward_auth.routes import api as forward_auth_api
from bienvenue.features.gallery.routes import api as gallery_api
from bienvenue.features.health.routes import api as health_api
from bienvenue.features.metrics.routes import api as metrics_api
from bienvenue.features.probe.routes import api as probe_api
from bienvenue.features.reauthentication.routes import (
    api as reauthentication_api,
)
from bienvenue.features.reset_page.routes import api as reset_page_api
from bienvenue.features.sign_in.routes import api as sign_in_api
from bienvenue.features.verification.routes import api as verification_api
from bienvenue.metrics.catalogue import Route
from bienvenue.metrics.shape import Layout
from bienvenue.web import pages
from bienvenue.web.api import Api, template_of

CONSOLE = ("/admin", "/acting")
"""Where the console stands, which a service imports when it is asked for."""

at_start = Api()
at_start.include(routes.api)
at_start.include(account_api)
at_start.include(verification_api)
at_start.include(email_change_api)
at_start.include(reset_page_api)
at_start.include(Api("bienvenue.features.admin"))  # templates
at_start.include(health_api)
at_start.include(forward_auth_api)
at_start.include(sign_in_api)
at_start.include(reauthentication_api)
at_start.include(metrics_api)
at_start.include(probe_api)
at_start.include(gallery_api)


@cache
def api() -> Api:
    """Return every route there is."""
    from bienvenue.features.admin.routes import api as console

    found = Api()
    found.include(at_start)
    found.include(console)
    return found


def layout() -> Layout:
    """Return where the metrics of this service stand."""
    return instruments.layout(served())


def served() -> list[Route]:
    """Return what a service answers: methods, and templates of paths."""
    app = Flask("bienvenue", static_folder=None)
    mount_all(app)
    return [
        (method, template_of(rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    ]


def mount_all(app: Flask) -> None:
    """Give an application of its own every route there is."""
    app.register_blueprint(pages.mounted(api(), api, "", whole=True))
