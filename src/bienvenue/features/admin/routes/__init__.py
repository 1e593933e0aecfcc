"""The routes of the admin console: its API, and the pages over it."""

from bienvenue.features.admin.routes import (
    acts_as,
    api_acts,
    api_lists,
    first,
    pages,
)
from bienvenue.web.api import Api

api = Api()
api.include(api_lists.api)
api.include(api_acts.api)
api.include(first.api)
api.include(acts_as.api)
api.include(pages.api)
