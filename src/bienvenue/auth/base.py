"""What all verbs work with: the database, the settings, the hasher."""

from bienvenue import address
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.errors import InvalidAddress
from bienvenue.hash_pool import PooledHasher
from bienvenue.last_seen import LastSeen
from bienvenue.session import Span


class Base:
    """Holds what the verbs need, until it is closed."""

    def __init__(
        self, db: DB | None = None, settings: Settings | None = None
    ) -> None:
        """Work on a database under these settings."""
        self.settings = settings or Settings.load()
        if db is None:
            db = DB.of(self.settings)
        else:
            db.configure(self.settings)
        self.db = db
        self.hasher = PooledHasher(
            self.settings.bcrypt_rounds, peppers=self.settings.peppers
        )
        self._last_seen = LastSeen(self.db, self.session_span.idle)

    def close(self) -> None:
        """Write what is still to be written, and close the database."""
        try:
            self._last_seen.stop()
        finally:
            self.db.close()

    @property
    def session_span(self) -> Span:
        """How long sessions last, and how many of a user there may be."""
        return self.db.session_span


def parsed(email: object) -> str:
    """Return an address in the form it is kept; raises ``InvalidAddress``."""
    if not isinstance(email, str):
        raise InvalidAddress
    return address.parse(email)
