"""``/dev/gallery``: every page in every state, in development.

A state is a template with made-up values: nothing is asked of the database,
and the forms are not sent, which the policy of these pages sees to.
"""

from flask import Response, request
from werkzeug.exceptions import NotFound

from bienvenue import translation
from bienvenue.web import headers, local, rendered
from bienvenue.web.api import Api
from bienvenue.web.extension import here

api = Api(__package__)

THEMES = ("light", "dark")
DIRECTIONS = ("ltr", "rtl")

_POLICY = headers.PAGE_POLICY.replace(
    "form-action 'self'", "form-action 'none'"
)


@api.page("/dev/gallery")
def gallery() -> Response:
    """List every state of every page, in both themes and directions."""
    _for_developers()
    from bienvenue.web import states

    screens: dict[str, list[str]] = {}
    for state in states.all_of_them():
        screens.setdefault(state.screen, []).append(state.name)
    return rendered.for_developers(
        "bienvenue/gallery.html",
        screens=screens,
        themes=THEMES,
        directions=DIRECTIONS,
    )


@api.page("/dev/gallery/<name>")
def gallery_state(name: str) -> Response:
    """Show a state, as `?theme=dark`, `?dir=rtl` and `?lang=fr` want it.

    Without a theme the browser chooses, and without a direction the
    language does.
    """
    _for_developers()
    from bienvenue.web import states

    found = {state.name: state for state in states.all_of_them()}.get(name)
    if found is None:
        raise NotFound
    tag = translation.choose(request.args.get("lang"))
    theme = request.args.get("theme", "")
    way = request.args.get("dir", "")
    look = {
        "direction": way if way in DIRECTIONS else translation.direction(tag),
        "theme": theme if theme in THEMES else None,
    }
    response = rendered.in_language(
        tag, found.template, **(look | dict(found.values))
    )
    response.headers["Content-Security-Policy"] = _POLICY
    return response


def _for_developers() -> None:
    settings = here().settings
    if settings.profile != "development":
        raise NotFound
    local.only(settings)
