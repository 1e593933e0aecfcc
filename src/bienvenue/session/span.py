"""How long a session lasts, and how many of them one user may have."""

from datetime import timedelta
from typing import NamedTuple, Self

from bienvenue.config import Settings


class Span(NamedTuple):
    """How long a session lasts, in all and without being used.

    ``most`` is how many of them one user may have, ``unkept`` how long one
    lasts at most that the browser is to forget when it is closed.
    """

    lifetime: timedelta = timedelta(days=30)
    idle: timedelta = timedelta(days=7)
    most: int = 100
    unkept: timedelta = timedelta(hours=12)

    def of_kind(self, *, kept: bool) -> timedelta:
        """Return how long a session lasts in all, of either kind."""
        return self.lifetime if kept else min(self.lifetime, self.unkept)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings choose."""
        return cls(
            timedelta(seconds=settings.session_lifetime_seconds),
            timedelta(seconds=settings.session_idle_seconds),
            settings.sessions_per_user,
            timedelta(seconds=settings.session_unkept_seconds),
        )


DEFAULT_SPAN = Span()
