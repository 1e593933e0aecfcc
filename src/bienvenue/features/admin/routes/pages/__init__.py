"""The pages of the console: what admins see and do, without scripts.

A page has a path of its own, with what it is narrowed to in the query, so
that it can be kept and sent.  Whatever changes something is asked about on
a page of its own first (``deeds``, ``letters``); the form there is the only
one that acts.
"""

from bienvenue.features.admin.routes.pages import (
    audit,
    deeds,
    letters,
    overview,
    people,
    settings,
)
from bienvenue.web.api import Api

api = Api("bienvenue.features.admin")
api.include(overview.api)
api.include(people.api)
api.include(deeds.api)
api.include(audit.api)
api.include(letters.api)
api.include(settings.api)
