"""How people reach the service, and where it sends them."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from bienvenue.config import Settings
from bienvenue.safety.problem import Problem


def transport(settings: Settings) -> Iterator[Problem]:
    """OWASP ASVS V12.2.1: TLS for everything that people connect to."""
    certificate, key = settings.tls_certificate, settings.tls_key
    paths = (
        "export BIENVENUE_TLS_CERTIFICATE=/etc/ssl/accounts.pem"
        " BIENVENUE_TLS_KEY=/etc/ssl/private/accounts.key"
    )
    if certificate and key:
        yield from _pair(settings, certificate, key, paths)
    elif certificate or key:
        lacking = "tls_key" if certificate else "tls_certificate"
        yield Problem(lacking, "TLS needs both files, and one is set", paths)
    elif not settings.tls_proxy:
        yield Problem(
            "tls_proxy",
            "passwords would cross the network in the clear; say that a proxy"
            " in front ends TLS, or set tls_certificate and tls_key",
            "export BIENVENUE_TLS_PROXY=true BIENVENUE_TRUSTED_HOPS=1",
        )
    if settings.tls_proxy and not settings.trusted_hops:
        yield Problem(
            "trusted_hops",
            "everybody would seem to come from the proxy; say how many of"
            " yours a request passes",
            "export BIENVENUE_TRUSTED_HOPS=1",
        )


def place(settings: Settings) -> Iterator[Problem]:
    """Find where people are sent; pages take no form of another origin."""
    wanted = settings.mail == "smtp" or settings.public_url
    if wanted and not (settings.public_url or "").startswith("https://"):
        yield Problem(
            "public_url",
            "people and browsers must be sent to https only",
            "export BIENVENUE_PUBLIC_URL=https://accounts.example.com",
        )


def _pair(
    settings: Settings, certificate: Path, key: Path, paths: str
) -> Iterator[Problem]:
    from bienvenue.server.options import Tls
    from bienvenue.server.tls import TlsUnusable, check, check_strength

    tls = Tls(certificate, key)
    try:
        check(tls)
    except TlsUnusable as error:
        yield Problem("tls_certificate", str(error), paths)
        return
    try:
        check_strength(tls)
    except TlsUnusable as error:
        host = urlsplit(settings.public_url or "").hostname
        fix = _stronger(key, host or "accounts.example.com")
        yield Problem("tls_key", str(error), fix)


def _stronger(key: Path, host: str) -> str:
    """Return a command that makes a key and a request to have it signed."""
    new, request = shlex.quote(f"{key}.new"), shlex.quote(f"{key}.csr")
    return (
        "openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
        f" -subj /CN={host} -addext subjectAltName=DNS:{host}"
        f" -keyout {new} -out {request}"
        "  # have your authority sign the request, and name both files"
    )
