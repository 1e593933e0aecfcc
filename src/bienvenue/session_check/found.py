"""What is found of a session that counts."""

from typing import NamedTuple


class SignedIn(NamedTuple):
    """Who a live session belongs to.

    ``session`` is the row's id, which opens nothing; ``last_seen_us``,
    and ``verified_at_us``, when the address was proved to be read, if ever,
    are in microseconds since the epoch.  ``actor_id`` is the admin who acts
    as them in it, else None.
    """

    id: int
    email: str
    session: int
    last_seen_us: int
    verified_at_us: int | None
    actor_id: int | None = None
