"""What stands around the service: a database, watchers, debuggers."""

from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from bienvenue import engine
from bienvenue.config import Settings
from bienvenue.config_fields.observation import place_of
from bienvenue.safety.problem import Problem, is_near


def database(settings: Settings) -> Iterator[Problem]:
    """Find accounts that are kept nowhere."""
    if engine.in_memory(engine.parse_url(settings.database_url)):
        yield Problem(
            "database_url",
            "accounts in memory are gone when the service stops",
            "export BIENVENUE_DATABASE_URL=sqlite:///bienvenue.db",
        )


def watching(settings: Settings) -> Iterator[Problem]:
    """OWASP ASVS V13.4.5: what watches the service is not for everyone."""
    address = settings.metrics_address
    if address and not settings.metrics_token:
        host, _ = place_of(address)
        if not is_near(host):
            yield Problem(
                "metrics_token",
                "whoever reaches metrics_address would read the metrics;"
                " listen on 127.0.0.1, or want a token",
                "export BIENVENUE_METRICS_TOKEN=$(python3 -c"
                " 'import secrets; print(secrets.token_urlsafe(32))')",
            )
    endpoint = urlsplit(settings.otlp_endpoint or "")
    plain = endpoint.scheme == "http" and not is_near(endpoint.hostname)
    if plain and settings.otlp_headers:
        yield Problem(
            "otlp_endpoint",
            "otlp_headers, and the key in them, would cross the network"
            " readable; use https, or a collector on this machine",
            "export BIENVENUE_OTLP_ENDPOINT=https://collector.example.com",
        )


def debugging(environ: Mapping[str, str]) -> Iterator[Problem]:
    """OWASP ASVS V13.4.2: no debug mode; read as Flask reads it."""
    value = environ.get("FLASK_DEBUG", "").lower()
    if value not in ("", "0", "false", "no"):
        yield Problem(
            "FLASK_DEBUG",
            "Flask's debug mode shows the insides of errors to anyone",
            "unset FLASK_DEBUG",
        )
