"""Settings as people may see them: secrets masked, URLs without passwords."""

from pathlib import Path
from urllib.parse import quote

from pydantic import SecretStr
from sqlalchemy.engine import URL

from bienvenue import engine
from bienvenue.config import Settings
from bienvenue.errors import ConfigurationError

MASK = "********"
_PART = "***"  # as SQLAlchemy writes it

Shown = str | int | bool | None


# Settings that follow from others unless they are set, and what tells how.
_DECIDED = {
    "throttle": "throttled",
    "require_verified_email": "wants_verified",
    "reveal_taken_addresses": "reveals_taken",
    "tokens_in_answers": "echo_tokens",
}


def source(settings: Settings, name: str) -> str:
    """Return where the value of a setting comes from, in a word or two."""
    if name in _DECIDED and getattr(settings, name) is None:
        return "by profile, strict and mail"
    return settings.source_of(name)


def value(settings: Settings, name: str) -> Shown:
    """Return the value in force of a setting, masked if it is a secret."""
    found = getattr(settings, name)
    if name in _DECIDED and found is None:
        found = getattr(settings, _DECIDED[name])
    if name == "database_url":
        return database(found)
    if isinstance(found, SecretStr):
        return MASK
    if isinstance(found, Path):
        return str(found)
    shown: Shown = found
    return shown


def database(text: str) -> str:
    """Name a database: its file as it was given, or its URL, masked."""
    try:
        url = engine.parse_url(text)
    except ConfigurationError:
        return MASK  # whatever it is, a password may be in it
    if engine.in_memory(url):
        return "in memory, gone at the end"
    if url.get_backend_name() == "sqlite":
        return str(url.database)
    return _masked(url).render_as_string().replace(quote(_PART), _PART)


def _masked(url: URL) -> URL:
    """Mask the passwords that drivers take as parameters as well."""
    query = {
        key: _PART if "pass" in key.lower() else value
        for key, value in url.query.items()
    }
    return url.set(query=query)
