"""The routes of one's own account: the API, and the page over it."""

from bienvenue.features.account.routes import own, page
from bienvenue.web.api import Api

api = Api()
api.include(own.api)
api.include(page.api)
