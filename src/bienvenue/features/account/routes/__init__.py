"""The routes of one's own account: the API, and the pages over it."""

from bienvenue.features.account.routes import (
    deletion,
    log,
    overview,
    own,
    password,
    sessions,
)
from bienvenue.web.api import Api

api = Api("bienvenue.features.account")
api.include(own.api)
api.include(overview.api)
api.include(password.api)
api.include(sessions.api)
api.include(log.api)
api.include(deletion.api)
