"""Breached passwords elsewhere, asked for without telling the password.

The range protocol of Pwned Passwords: five of the forty hex digits of a
SHA-1 are sent, some hundreds of suffixes come back, and the comparison is
made here (k-anonymity).  Padding hides from onlookers how many there are.

A source that does not answer in time must not keep people from signing up,
so an outage is logged, at most once a minute, and the password accepted.
Nothing is kept of question or answer.
"""

import http.client
import logging
import queue
import ssl
import threading
import time
import urllib.error
import urllib.request
from typing import Any

from bienvenue import clock

_log = logging.getLogger("bienvenue.policy")

SECONDS = 2.0
"""How long the whole exchange may take."""

_MOST = 1024 * 1024  # bytes of an answer; a padded one has some 60,000
_PREFIX = 5  # hex digits
_QUIET_US = 60 * 1_000_000
_HEADERS = {"Add-Padding": "true", "User-Agent": "Bienvenue"}

_lock = threading.Lock()
_logged: dict[str, int] = {}


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Answers a redirect as an error: it could lead away from TLS."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def holds(url: str, digest: str) -> bool:
    """Tell whether the source at a URL holds a SHA-1, in upper-case hex.

    ``url`` is what the first five digits are put behind.  False when the
    source cannot be asked.
    """
    try:
        answer = _in_time(f"{url.rstrip('/')}/{digest[:_PREFIX]}")
        return _find(answer, digest[_PREFIX:])
    except (OSError, http.client.HTTPException, ValueError) as error:
        _say(url, error)
        return False


def _in_time(url: str) -> str:
    """Ask from another thread, which is not waited for beyond SECONDS.

    A socket's own timeout begins anew with every byte, and looking up a
    name has none.
    """
    came: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            came.put(_ask(url))
        except (OSError, http.client.HTTPException, ValueError) as error:
            came.put(error)

    threading.Thread(target=ask, name="breach check", daemon=True).start()
    try:
        answer = came.get(timeout=SECONDS)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _ask(url: str) -> str:
    opener = urllib.request.build_opener(
        _NoRedirects,
        urllib.request.HTTPSHandler(context=ssl.create_default_context()),
    )
    request = urllib.request.Request(  # noqa: S310 - Settings checks the scheme
        url, headers=_HEADERS
    )
    try:
        with opener.open(request, timeout=SECONDS) as response:
            return _read(response).decode("ascii")
    except urllib.error.HTTPError as error:
        error.close()
        raise


def _read(response: http.client.HTTPResponse) -> bytes:
    """Read to the end, within bounds of time and of bytes."""
    until = time.monotonic() + SECONDS
    parts, size = [], 0
    while part := response.read1(65536):
        parts.append(part)
        size += len(part)
        if size > _MOST:
            raise ValueError("the answer is too long")
        if time.monotonic() > until:
            raise TimeoutError
    return b"".join(parts)


def _find(answer: str, suffix: str) -> bool:
    """Look for a suffix; one that was seen no time is padding."""
    for line in answer.splitlines():
        found, colon, count = line.strip().partition(":")
        if len(found) != len(suffix) or not colon:
            raise ValueError("not a list of suffixes and counts")
        if found.upper() == suffix and int(count):
            return True
    return False


def _say(url: str, error: Exception) -> None:
    now = clock.now_us()
    with _lock:
        if now - _logged.get(url, now - _QUIET_US) < _QUIET_US:
            return
        _logged[url] = now
    _log.warning(
        "breach_check_url does not answer (%s); new passwords are accepted"
        " without this check",
        type(error).__name__,
    )
