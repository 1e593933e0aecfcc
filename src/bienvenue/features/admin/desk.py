"""Where admins sit: the accounts they look after, and in whose name."""

from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace

from bienvenue import client
from bienvenue.auth import Auth
from bienvenue.features.admin.shapes import Actor


class Desk:
    """What every verb of an admin needs."""

    def __init__(self, auth: Auth) -> None:
        """Work on the accounts of this ``Auth``."""
        self._auth, self._db, self._settings = auth, auth.db, auth.settings

    def _as(self, actor: Actor | None) -> AbstractContextManager[None]:
        """Have what is done in a ``with`` block be done by an admin."""
        if actor is None:
            return nullcontext()
        return client.acting(replace(client.current(), actor_id=actor.id))
