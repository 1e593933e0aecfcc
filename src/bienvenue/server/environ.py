"""From an RSGI scope to a WSGI environ (PEP 3333), by hand.

Nothing of the process environment gets in, so no secret of it can get out
and no variable can pass for a header.  Header names with an underscore are
dropped: ``X_Real_Ip`` would be indistinguishable from ``X-Real-Ip``.
"""

import io
import sys
from typing import Any

from bienvenue.server.rsgi import Headers, Scope

# The names that come with nearly every request; others are made as needed
# and not kept, so that a client cannot fill the memory with them.
_COMMON = """
    accept accept-encoding accept-language authorization cache-control
    connection cookie dnt expect forwarded host if-match if-modified-since
    if-none-match origin pragma priority range referer sec-ch-ua
    sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode
    sec-fetch-site sec-fetch-user te traceparent transfer-encoding
    upgrade-insecure-requests user-agent via x-csrf-token x-forwarded-for
    x-forwarded-host x-forwarded-proto x-real-ip x-request-id
    x-requested-with
"""
_CGI_NAMES = {
    "content-type": "CONTENT_TYPE",
    "content-length": "CONTENT_LENGTH",
    **{
        name: "HTTP_" + name.upper().replace("-", "_")
        for name in _COMMON.split()
    },
}

_SINGLE = {
    "HTTP_HOST",
    "HTTP_AUTHORIZATION",
    "CONTENT_TYPE",
    "CONTENT_LENGTH",
}


class AmbiguousRequest(ValueError):
    """Two readers could disagree on what the request is; the text says why."""


def base(*, multiprocess: bool = False) -> dict[str, Any]:
    """Return what every environ holds."""
    return {
        "SCRIPT_NAME": "",
        "wsgi.version": (1, 0),
        "wsgi.errors": sys.stderr,
        # The body is complete: its end is the end of the request.
        "wsgi.input_terminated": True,
        "wsgi.multithread": True,
        "wsgi.multiprocess": multiprocess,
        "wsgi.run_once": False,
    }


def build(
    common: dict[str, Any], scope: Scope, headers: Headers, body: bytes
) -> dict[str, Any]:
    """Return the environ of one request whose body has been read.

    ``CONTENT_LENGTH`` is the length of ``body`` in bytes, whatever the
    client claimed.  Raises ``AmbiguousRequest`` for a repeated header that
    may come once (RFC 9110, section 5.3) and for HTTP/1.1 without Host.
    """
    environ = common.copy()
    environ["REQUEST_METHOD"] = scope.method
    # Granian has decoded the percent signs, once; WSGI wants the bytes.
    environ["PATH_INFO"] = _tunnelled(scope.path)
    environ["QUERY_STRING"] = _tunnelled(scope.query_string)
    version = scope.http_version
    environ["SERVER_PROTOCOL"] = (
        "HTTP/1.1" if version == "1.1" else f"HTTP/{version}.0"
    )
    environ["SERVER_NAME"], environ["SERVER_PORT"] = split(scope.server)
    environ["REMOTE_ADDR"], environ["REMOTE_PORT"] = split(scope.client)
    environ["wsgi.url_scheme"] = scope.scheme
    environ["wsgi.input"] = io.BytesIO(body)
    _add_headers(environ, headers.items())
    authority = scope.authority
    if authority:
        # HTTP/2, or an absolute request target: it outranks Host
        # (RFC 9112, section 3.2.2).
        environ["HTTP_HOST"] = authority.rpartition("@")[2]
    elif "HTTP_HOST" not in environ and version == "1.1":
        raise AmbiguousRequest("the header host is missing")
    if body or "CONTENT_LENGTH" in environ:
        environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def split(address: str) -> tuple[str, str]:
    """Return IP address and port of ``192.0.2.1:80`` or ``[::1]:80``.

    An IPv4 address that came through an IPv6 socket is an IPv4 address.
    """
    ip, _, port = address.rpartition(":")
    if ip.startswith("["):
        ip = ip[1:-1].removeprefix("::ffff:")
    return ip, port


def _add_headers(
    environ: dict[str, Any], headers: list[tuple[str, str]]
) -> None:
    for name, value in headers:
        key = _CGI_NAMES.get(name)
        if key is None:
            if "_" in name:
                continue
            key = "HTTP_" + name.upper().replace("-", "_")
        if key not in environ:
            environ[key] = value
        elif key in _SINGLE:
            raise AmbiguousRequest(f"the header {name} came more than once")
        else:
            glue = "; " if key == "HTTP_COOKIE" else ","
            environ[key] += glue + value


def _tunnelled(text: str) -> str:
    """Return UTF-8 text as PEP 3333 carries it: a byte a character."""
    return text if text.isascii() else text.encode().decode("latin-1")
