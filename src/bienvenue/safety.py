"""What must not be so when anyone but the developer can reach the service.

``bienvenue serve`` starts only without problems; ``bienvenue check --deploy``
lists them.  All are listed at once: mending them one start at a time is how
people learn to switch checks off.
"""

import os
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bienvenue import engine
from bienvenue.config import Settings
from bienvenue.config_fields.observation import place_of

_LEAST_ROUNDS = 10  # OWASP Password Storage Cheat Sheet


@dataclass(frozen=True, slots=True)
class Problem:
    """A setting that is unsafe, why, and a shell command that mends it."""

    setting: str
    why: str
    fix: str


def problems(
    settings: Settings, environ: Mapping[str, str] | None = None
) -> list[Problem]:
    """Return everything that is unsafe in production, the worst first.

    ``environ`` is ``os.environ`` when left out.  Raises
    ``ConfigurationError`` for a database URL that is none.
    """
    found = os.environ if environ is None else environ
    return [
        *_profile(settings),
        *_transport(settings),
        *_secrets(settings),
        *_corpus(settings),
        *_throttling(settings),
        *_mail(settings),
        *_place(settings),
        *_database(settings),
        *_watching(settings),
        *_debugging(found),
    ]


def advice(settings: Settings) -> list[Problem]:
    """Return what would be safer still, and is the operator's to choose."""
    if settings.host_cookie:
        return []
    return [
        Problem(
            "host_cookie",
            "a neighbouring host name could plant a session cookie; the"
            " prefix __Host- forbids it, where no client knows the cookie"
            " by its plain name",
            "export BIENVENUE_HOST_COOKIE=true",
        )
    ]


def _profile(settings: Settings) -> Iterator[Problem]:
    if settings.profile != "production":
        yield Problem(
            "profile",
            "development's rules are for one machine and one person",
            "export BIENVENUE_PROFILE=production",
        )
    if settings.echo_tokens:
        yield Problem(
            "tokens_in_answers",
            "whoever knows an address could take over its account",
            "export BIENVENUE_TOKENS_IN_ANSWERS=false",
        )


def _transport(settings: Settings) -> Iterator[Problem]:
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


def _secrets(settings: Settings) -> Iterator[Problem]:
    if settings.secret_key is None:
        yield Problem(
            "secret_key",
            "there is none; make one, once, and keep it safe",
            "export BIENVENUE_SECRET_KEY=$(python3 -c"
            " 'import secrets; print(secrets.token_urlsafe(32))')",
        )
    if settings.bcrypt_rounds < _LEAST_ROUNDS:
        yield Problem(
            "bcrypt_rounds",
            f"below {_LEAST_ROUNDS}, stolen hashes are soon guessed",
            "export BIENVENUE_BCRYPT_ROUNDS=12",
        )


def _corpus(settings: Settings) -> Iterator[Problem]:
    """OWASP ASVS V16.5.3: it would fail closed, and nobody could join."""
    file = settings.breach_file
    if file is not None and not os.access(file, os.R_OK):
        yield Problem(
            "breach_file",
            "it cannot be read, so no new password would be accepted; name"
            " the file, or an empty one",
            "export BIENVENUE_BREACH_FILE=/dev/null",
        )


def _throttling(settings: Settings) -> Iterator[Problem]:
    """OWASP ASVS V6.3.1: guessing has limits, and they are exact."""
    if not settings.throttled:
        yield Problem(
            "throttle",
            "anybody could guess passwords for as long as they like",
            "export BIENVENUE_THROTTLE=true",
        )
    elif settings.workers > 1 and settings.redis_url is None:
        yield Problem(
            "redis_url",
            "each worker would count guesses for itself; count them in one"
            " Redis, or set workers to 1",
            "export BIENVENUE_REDIS_URL=redis://127.0.0.1:6379/0",
        )


def _mail(settings: Settings) -> Iterator[Problem]:
    if settings.mail == "mailbox":
        yield Problem(
            "mail",
            "the development mailbox keeps reset tokens readable; choose off"
            " (nobody resets a password by mail), or smtp, with smtp_host"
            " and public_url",
            "export BIENVENUE_MAIL=off",
        )
    if settings.mail == "off" and settings.wants_verified:
        yield Problem(
            "require_verified_email",
            "without mail nobody could ever sign in",
            "export BIENVENUE_REQUIRE_VERIFIED_EMAIL=false",
        )
    if settings.mail != "smtp":
        return
    if not settings.smtp_host:
        yield Problem(
            "smtp_host",
            "mail = smtp needs a server that takes it",
            "export BIENVENUE_SMTP_HOST=smtp.example.com",
        )
    if settings.mail_from == Settings.model_fields["mail_from"].default:
        yield Problem(
            "mail_from",
            "mail servers refuse a sender that is nobody's",
            "export BIENVENUE_MAIL_FROM=no-reply@example.com",
        )
    if settings.smtp_security == "none" and not _is_near(settings.smtp_host):
        yield Problem(
            "smtp_security",
            "mail holds reset tokens and would cross the network readable",
            "export BIENVENUE_SMTP_SECURITY=starttls",
        )


def _place(settings: Settings) -> Iterator[Problem]:
    """Find where people are sent; pages take no form of another origin."""
    wanted = settings.mail == "smtp" or settings.public_url
    if wanted and not (settings.public_url or "").startswith("https://"):
        yield Problem(
            "public_url",
            "people and browsers must be sent to https only",
            "export BIENVENUE_PUBLIC_URL=https://accounts.example.com",
        )


def notes(settings: Settings) -> list[str]:
    """Return what is safe to serve with, and yet worth knowing."""
    found = []
    if settings.reveals_taken:
        why = "mail is off" if settings.mail == "off" else "so it is set"
        found.append(
            "reveal_taken_addresses: registering tells who has an account,"
            f" for {why}"
        )
    elif not settings.wants_verified:
        found.append(
            "require_verified_email: registering, and then signing in, tells"
            " who has an account"
        )
    return found


def _is_near(host: str | None) -> bool:
    return host in (None, "localhost", "127.0.0.1", "::1")


def _database(settings: Settings) -> Iterator[Problem]:
    if engine.in_memory(engine.parse_url(settings.database_url)):
        yield Problem(
            "database_url",
            "accounts in memory are gone when the service stops",
            "export BIENVENUE_DATABASE_URL=sqlite:///bienvenue.db",
        )


def _watching(settings: Settings) -> Iterator[Problem]:
    """OWASP ASVS V13.4.5: what watches the service is not for everyone."""
    address = settings.metrics_address
    if address and not settings.metrics_token:
        host, _ = place_of(address)
        if not _is_near(host):
            yield Problem(
                "metrics_token",
                "whoever reaches metrics_address would read the metrics;"
                " listen on 127.0.0.1, or want a token",
                "export BIENVENUE_METRICS_TOKEN=$(python3 -c"
                " 'import secrets; print(secrets.token_urlsafe(32))')",
            )
    endpoint = urlsplit(settings.otlp_endpoint or "")
    plain = endpoint.scheme == "http" and not _is_near(endpoint.hostname)
    if plain and settings.otlp_headers:
        yield Problem(
            "otlp_endpoint",
            "otlp_headers, and the key in them, would cross the network"
            " readable; use https, or a collector on this machine",
            "export BIENVENUE_OTLP_ENDPOINT=https://collector.example.com",
        )


def _debugging(environ: Mapping[str, str]) -> Iterator[Problem]:
    """OWASP ASVS V13.4.2: no debug mode; read as Flask reads it."""
    value = environ.get("FLASK_DEBUG", "").lower()
    if value not in ("", "0", "false", "no"):
        yield Problem(
            "FLASK_DEBUG",
            "Flask's debug mode shows the insides of errors to anyone",
            "unset FLASK_DEBUG",
        )
