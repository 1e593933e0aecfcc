"""Links to the service, for mails and redirects.

They are built from the settings and never from a request: whoever writes
the ``Host`` header of somebody else's reset request would otherwise choose
where the token in the mail goes (OWASP Forgot Password Cheat Sheet).
"""

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import quote, urlencode, urlsplit

from bienvenue.config import Settings

# urlsplit takes some of these out of a URL before it looks at the scheme,
# and so do browsers; a backslash is a slash to them.
_UNFIT = re.compile(r"[\x00-\x20\x7f-\x9f\\]")
_USUAL_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Links:
    """Builds URLs below ``base``, which ends without a slash."""

    base: str

    @classmethod
    def of(cls, settings: Settings, prefix: str = "") -> Self:
        """Take the public URL; in its absence, this machine and the port.

        ``prefix`` is the path under which an application has the routes.
        It is added, unless the public URL ends with it already.
        """
        scheme = "https" if settings.tls_certificate else "http"
        here = f"{scheme}://localhost:{settings.port}"
        base = web(settings.public_url or here).rstrip("/")
        prefix = prefix.rstrip("/")
        return cls(base if base.endswith(prefix) else base + prefix)

    def to(self, path: str = "/", **query: str) -> str:
        """Return the URL of a path, with each value of the query encoded.

        Raises ``ValueError`` for a path that does not begin with a slash,
        and ``UnicodeError``, which is one too, for half a character.
        """
        if not path.startswith("/"):
            raise ValueError("a path begins with a slash")
        url = self.base + quote(path)
        return f"{url}?{urlencode(query, quote_via=quote)}" if query else url

    def owns(self, target: str) -> bool:
        """Tell whether a redirect there stays with the service (CWE-601).

        A target is a path, ``/…``, or a URL of the same scheme, host and
        port.
        """
        if _UNFIT.search(target):
            return False
        if target.startswith("/"):
            return not target.startswith("//")
        try:
            return _origin(web(target)) == _origin(self.base)
        except ValueError:
            return False


def web(url: str) -> str:
    """Return a URL as it is if it is one of http or https.

    Raises ``ValueError`` for any other scheme, as ``javascript:`` and
    ``data:`` are, for none, and for a URL without a host (OWASP ASVS
    V1.2.2).
    """
    parts = None if _UNFIT.search(url) else urlsplit(url)
    if not parts or parts.scheme not in _USUAL_PORTS or not parts.hostname:
        raise ValueError("a link leads to http or https, and to a host")
    return url


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port (RFC 6454), the usual port filled in."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _USUAL_PORTS.get(
        parts.scheme
    )
