"""Requests to the running service, as they are: no redirect is followed."""

import json
import socket
import ssl
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

from bienvenue import clock
from bienvenue.errors import ConfigurationError

_PATIENCE_SECONDS = 10
_MOST = 64 * 1024
_AGENT = "bienvenue-doctor"

Headers = dict[str, str]


class NotReached(OSError):
    """The service did not answer; ``fix`` says what may mend it."""

    def __init__(self, why: str, fix: str) -> None:
        """Say why, in words of ours, and what mends it."""
        super().__init__(why)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: headers by lower-case name, each as often as it came.

    ``source`` is the address that this machine asked from, ``days`` how
    long the certificate is still good for.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    source: str
    days: float | None = None

    def all_of(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for key, value in self.headers if key == name.lower()]

    def members(self) -> dict[str, Any]:
        """Return a JSON object's members; none where it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


class Site:
    """The service at a URL, with or without a path."""

    def __init__(self, url: str) -> None:
        """Take ``https://host[:port][/path]``; connects when it asks.

        Raises ``ConfigurationError`` for what is no such URL.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConfigurationError(
                "--url: write https://accounts.example.com"
            )
        self.secure = parts.scheme == "https"
        self.host, self.port = parts.hostname, port
        self.path = parts.path.rstrip("/")

    def get(self, path: str, headers: Headers | None = None) -> Reply:
        """Ask for a path below that of the URL; raises ``NotReached``."""
        connection = self._connection()
        try:
            connection.connect()
            return self._answer(connection, path, headers or {})
        except (OSError, HTTPException) as error:
            raise _told(error, self.host) from error
        finally:
            connection.close()

    def in_the_clear(self) -> "Site":
        """Return what listens at the same name for plain HTTP."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return Site(f"http://{host}{self.path}")

    def _connection(self) -> HTTPConnection:
        if not self.secure:
            return HTTPConnection(
                self.host, self.port, timeout=_PATIENCE_SECONDS
            )
        return HTTPSConnection(
            self.host,
            self.port,
            timeout=_PATIENCE_SECONDS,
            context=ssl.create_default_context(),
        )

    def _answer(
        self, connection: HTTPConnection, path: str, headers: Headers
    ) -> Reply:
        source = str(connection.sock.getsockname()[0])
        days = _days_left(connection.sock)
        given = {"User-Agent": _AGENT, "Accept": "application/json"}
        connection.request("GET", self.path + path, headers=given | headers)
        response = connection.getresponse()
        fields = [(k.lower(), v) for k, v in response.getheaders()]
        body = response.read(_MOST)
        return Reply(response.status, fields, body, source, days)


def _days_left(sock: socket.socket) -> float | None:
    if not isinstance(sock, ssl.SSLSocket):
        return None
    ends = (sock.getpeercert() or {}).get("notAfter")
    if not isinstance(ends, str):
        return None
    seconds = ssl.cert_time_to_seconds(ends) - clock.now_us() / 1_000_000
    return seconds / (24 * 60 * 60)


def _told(error: Exception, host: str) -> NotReached:
    if isinstance(error, ssl.SSLCertVerificationError):
        return NotReached(
            f"the certificate is not good for {host}: {error.verify_message}",
            "renew it, or have the proxy send its whole chain; for an"
            " authority of your own: export SSL_CERT_FILE=/etc/ssl/own.pem",
        )
    if isinstance(error, ssl.SSLError):
        return NotReached(
            "TLS could not be agreed on",
            "see that the port speaks TLS: https:// and http:// differ",
        )
    if isinstance(error, socket.gaierror):
        return NotReached(
            f"the name {host} is not known", "see the DNS entry of the name"
        )
    if isinstance(error, ConnectionRefusedError):
        return NotReached(
            "nobody listens there", "start the proxy, or see its port"
        )
    if isinstance(error, TimeoutError):
        return NotReached(
            "no answer in time", "see that no firewall is in between"
        )
    return NotReached(
        f"no sound answer came ({type(error).__name__})",
        "see the proxy's own log",
    )
