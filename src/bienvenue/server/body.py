"""Read request bodies on the event loop, bounded in size and in time.

A client that sends slowly, or goes away, costs a coroutine and what it has
sent so far, never a thread.
"""

import asyncio
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from bienvenue.server.rsgi import Exchange, Headers


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a body is taken: bytes, and seconds for all of it.

    Up to ``drain`` bytes above ``max_body`` are read and thrown away, so
    that a client that sends everything before it reads can read the refusal.
    """

    max_body: int = 64 * 1024
    drain: int = 1024 * 1024
    timeout: float = 30.0


class Fault(Enum):
    """Why there is no body to work with."""

    NONE = "none"
    TOO_LARGE = "too large"
    """Above ``max_body``, and read to its end all the same."""
    ENDLESS = "endless"
    """Above ``max_body``, and the rest was not waited for."""
    BROKEN = "broken"
    """It ended before its end."""
    LATE = "late"
    """It was not complete in time."""


class Body(NamedTuple):
    """The bytes of a body, or why there are none."""

    data: bytes
    fault: Fault


async def read(proto: Exchange, headers: Headers, limits: Limits) -> Body:
    """Return the body; never more than ``max_body`` bytes are kept."""
    length = dict(headers.items()).get("content-length")
    declared = None if length is None else int(length)
    if declared is not None and declared > limits.max_body:
        # Waiting for the go-ahead (RFC 9110, section 10.1.1), or too long to
        # be drained: not one byte of it is needed to refuse.
        most = limits.max_body + limits.drain
        if declared > most or "expect" in headers:
            return Body(b"", Fault.ENDLESS)
    try:
        async with asyncio.timeout(limits.timeout):
            return await _collect(proto, declared, limits)
    except TimeoutError:
        return Body(b"", Fault.LATE)


async def _collect(
    proto: Exchange, declared: int | None, limits: Limits
) -> Body:
    parts: list[bytes] = []
    size = empty = 0
    async for chunk in proto:
        size += len(chunk)
        empty += not chunk
        if size <= limits.max_body:
            parts.append(chunk)
        elif size > limits.max_body + limits.drain:
            return Body(b"", Fault.ENDLESS)
    # Granian ends every stream with one empty chunk and reports a broken one
    # as an empty chunk before that.  Trailers look the same; nobody sends
    # them, and half a password must not pass for a whole one.
    if size != declared if declared is not None else empty > 1:
        return Body(b"", Fault.BROKEN)
    if size > limits.max_body:
        return Body(b"", Fault.TOO_LARGE)
    return Body(b"".join(parts), Fault.NONE)
