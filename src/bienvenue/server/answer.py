"""Call a WSGI application and collect its whole answer.

Our answers are a few hundred bytes: sending them in one piece from the
thread that made them is the cheapest way, and a slow reader costs no thread.
"""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# RFC 9110, section 5.1.
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# RFC 9110, section 7.6.1: these concern the connection, which is not WSGI's.
_HOP_BY_HOP = {
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
_NO_BODY = {204, 304}

_ExcInfo = (
    tuple[type[BaseException], BaseException, TracebackType]
    | tuple[None, None, None]
)


class Answer(NamedTuple):
    """A status code, headers that Granian takes, and the whole body."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class _Started:
    """The ``start_response`` of one request (PEP 3333)."""

    __slots__ = ("headers", "parts", "status")

    def __init__(self) -> None:
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.parts: list[bytes] = []

    def __call__(
        self,
        status: str,
        headers: list[tuple[str, str]],
        exc_info: _ExcInfo | None = None,
    ) -> Callable[[bytes], object]:
        if self.status and exc_info is None:
            raise AssertionError("start_response called twice")
        self.status, self.headers = status, headers
        return self.parts.append


def call(app: "WSGIApplication", environ: dict[str, Any]) -> Answer:
    """Return the answer of ``app``, which has been closed.

    Whatever ``app`` raises goes through.  Raises ``ValueError`` for an
    answer that HTTP cannot carry, such as a line break in a header.
    """
    started = _Started()
    result: Iterable[bytes] = app(environ, started)
    try:
        body = b"".join(result)
    finally:
        close = getattr(result, "close", None)
        if close is not None:
            close()
    if started.parts:
        body = b"".join(started.parts) + body
    status = int(started.status[:3])
    if not 200 <= status <= 599:
        raise ValueError("the application answered no final HTTP status")
    bodiless = environ["REQUEST_METHOD"] == "HEAD" or status in _NO_BODY
    headers = _checked(started.headers, keep_length=bodiless and status != 204)
    return Answer(status, headers, b"" if bodiless else body)


def _checked(
    headers: list[tuple[str, str]], *, keep_length: bool
) -> list[tuple[str, str]]:
    """Return the headers to send; Granian aborts on an impossible one.

    The length of a body that is sent is counted by the server; that of one
    which is not sent (HEAD, 304) is the application's word.
    """
    kept = []
    for name, value in headers:
        kind = _kind(name)
        if kind == "drop" or (kind == "length" and not keep_length):
            continue
        plain = value.isascii() and value.isprintable()
        kept.append((name, value if plain else _as_utf8(value)))
    return kept


@lru_cache(maxsize=256)
def _kind(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise ValueError("the application sent an impossible header name")
    lower = name.lower()
    if lower in _HOP_BY_HOP:
        return "drop"
    return "length" if lower == "content-length" else "keep"


def _as_utf8(value: str) -> str:
    """Return a header's bytes, one a character, as the text they spell."""
    plain = value.replace("\t", " ")
    if any(char < " " or char == "\x7f" for char in plain):
        raise ValueError("the application sent a control character")
    return value.encode("latin-1").decode()
