"""The parts of Granian's RSGI objects (version 1.5) that are used.

Granian makes them in Rust and ships no types for some; these protocols say
what the rest of the package relies on.
"""

from collections.abc import AsyncIterator
from typing import Protocol


class Headers(Protocol):
    """A header map; a value that is not plain ASCII is not in it."""

    def items(self) -> list[tuple[str, str]]:
        """Return every header, names in lower case, repeated ones too."""
        ...

    def __contains__(self, key: str) -> bool: ...


class Scope(Protocol):
    """What is known of a request before its body.

    Every access makes a new Python object: ask once.
    """

    @property
    def proto(self) -> str:
        """``http`` or ``ws``."""
        ...

    @property
    def http_version(self) -> str:
        """``1``, ``1.1`` or ``2``."""
        ...

    @property
    def server(self) -> str:
        """Our address and port, ``192.0.2.1:80`` or ``[::1]:80``."""
        ...

    @property
    def client(self) -> str:
        """The other side's address and port, as for ``server``."""
        ...

    @property
    def scheme(self) -> str:
        """``http`` or ``https``."""
        ...

    @property
    def method(self) -> str:
        """The method, letter case kept."""
        ...

    @property
    def path(self) -> str:
        """The path, percent signs decoded once, U+FFFD for broken UTF-8."""
        ...

    @property
    def query_string(self) -> str:
        """The query as it came, without its question mark."""
        ...

    @property
    def authority(self) -> str | None:
        """The host and port that the request target itself names."""
        ...

    @property
    def headers(self) -> Headers:
        """A copy of the header map."""
        ...


class Exchange(Protocol):
    """The body that comes in and the one answer that goes out."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def response_bytes(
        self, status: int, headers: list[tuple[str, str]], body: bytes
    ) -> None:
        """Send the answer, from any thread; only the first one counts."""
        ...
