"""A session as its owner may see it."""

from datetime import datetime
from typing import NamedTuple

from bienvenue import browser_name
from bienvenue.browser_name import Browser
from bienvenue.session import Session


class OwnSession(NamedTuple):
    """One of a person's sessions, as they may see it.

    ``id`` names it for ending it and opens nothing; ``current`` is the one
    that asks; in one that is ``borrowed`` an administrator acts for them.
    """

    id: int
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None
    current: bool
    borrowed: bool = False

    @property
    def browser(self) -> Browser:
        """What the client said it was, in plain words."""
        return browser_name.named(self.agent)


def as_own(row: Session, current: int) -> OwnSession:
    """Return a session as its owner may see it, who asks in ``current``."""
    return OwnSession(
        id=row.id,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        address=row.address,
        agent=row.agent,
        current=row.id == current,
        borrowed=row.actor_id is not None,
    )
