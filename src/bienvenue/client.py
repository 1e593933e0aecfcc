"""Who is acting: the client behind what is being done just now.

An audit event and a session say where they came from.  Rather than hand
that through every function, whoever answers a client says it once, for the
time it takes; it is worked out only when somebody asks.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Client:
    """Where a request came from, as far as the client shows it.

    ``request_id`` ties together all that one request left behind.
    ``operator`` is who typed a command; no request can claim to be one.
    ``actor_id`` is the admin who does something to another's account.
    """

    address: str | None = None
    agent: str | None = None
    request_id: str | None = None
    operator: str | None = None
    actor_id: int | None = None


NOBODY = Client()
"""The client of what no client asked for: a command, a program."""

Source = Callable[[], Client]

_acting: ContextVar[Source | None] = ContextVar("acting", default=None)


def current() -> Client:
    """Return the client that is being answered, ``NOBODY`` if none is."""
    source = _acting.get()
    return NOBODY if source is None else source()


@contextmanager
def acting(client: Client) -> Iterator[None]:
    """Act for a client in a ``with`` block, in this thread or task."""
    token = begin(lambda: client)
    try:
        yield
    finally:
        end(token)


def begin(source: Source) -> Token[Source | None]:
    """Act for a client from here on; what is returned ends it."""
    return _acting.set(source)


def end(token: Token[Source | None]) -> None:
    """Act again for whoever it was before."""
    _acting.reset(token)
