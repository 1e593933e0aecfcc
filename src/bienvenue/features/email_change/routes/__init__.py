"""The routes of changing one's address: API, pages, mailed links."""

from bienvenue.features.email_change.routes import (
    language,
    links,
    own,
    page,
)
from bienvenue.web.api import Api

api = Api("bienvenue.features.email_change")
api.include(own.api)
api.include(language.api)
api.include(page.api)
api.include(links.api)
