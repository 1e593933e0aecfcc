"""Exports of Keycloak and Firebase, which are no table of accounts."""

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bienvenue.errors import ConfigurationError
from bienvenue.imported_hashes import firebase_forms
from bienvenue.interchange.readers import Line, Members

Project = Mapping[str, Any]
_PBKDF2 = {
    "pbkdf2": "$keycloak-pbkdf2-sha1$",
    "pbkdf2-sha256": "$keycloak-pbkdf2-sha256$",
    "pbkdf2-sha512": "$pbkdf2-sha512$",
}


def keycloak(path: Path) -> Callable[[], Iterator[Line]]:
    """Return what reads the users of a realm's export (``kc.sh export``).

    A line's number is the place of the user in it.  Raises
    ``ConfigurationError`` for another kind of file.
    """
    users = _users(path)
    return lambda: _told(users, _keycloak)


def firebase(path: Path, project: Path) -> Callable[[], Iterator[Line]]:
    """Return what reads the users of ``firebase auth:export``.

    ``project`` is a JSON file with the project's hash parameters, by the
    names the console gives them: ``base64_signer_key``,
    ``base64_salt_separator``, ``rounds`` and ``mem_cost``.  Raises
    ``ConfigurationError`` for another kind of file.
    """
    users, parameters = _users(path), _load(project)
    if not set(parameters) >= _PARAMETERS:
        raise ConfigurationError(
            f"{project}: wants {', '.join(sorted(_PARAMETERS))}"
        )
    return lambda: _told(users, lambda user: _firebase(user, parameters))


_PARAMETERS = frozenset(
    {"base64_signer_key", "base64_salt_separator", "rounds", "mem_cost"}
)


def _told(
    users: list[Any], convert: Callable[[Any], Members]
) -> Iterator[Line]:
    for number, user in enumerate(users, 1):
        try:
            yield number, convert(user)
        except (KeyError, TypeError, ValueError):
            yield number, "its password is kept in a way that is not known"


def _keycloak(user: Any) -> Members:
    members: dict[str, object] = {
        "email": user.get("email"),
        "created_at": _from_ms(user.get("createdTimestamp")),
        "email_verified": user.get("emailVerified"),
        "language": next(
            iter(user.get("attributes", {}).get("locale", ())), None
        ),
    }
    if not user.get("enabled", True):
        members["disabled_at"] = members["created_at"] or _from_ms(0)
    for credential in user.get("credentials", ()):
        if credential["type"] == "password":
            members["hashed_password"] = _keycloak_hash(credential)
    return members


def _keycloak_hash(credential: Any) -> str:
    how = json.loads(credential["credentialData"])
    what = json.loads(credential["secretData"])
    salt, digest = _ab64(what["salt"]), _ab64(what["value"])
    if how["algorithm"] == "argon2":
        extra = {
            name: values[0]
            for name, values in how["additionalParameters"].items()
        }
        version = {"1.3": 19, "1.0": 16}[extra["version"]]
        costs = (
            f"m={extra['memory']},t={how['hashIterations']}"
            f",p={extra['parallelism']}"
        )
        plain = f"{salt}${digest}".replace(".", "+")
        return f"$argon2{extra['type']}$v={version}${costs}${plain}"
    begin = _PBKDF2[how["algorithm"]]
    return f"{begin}{how['hashIterations']}${salt}${digest}"


def _firebase(user: Any, project: Project) -> Members:
    members: dict[str, object] = {
        "email": user.get("email"),
        "created_at": _from_ms(user.get("createdAt")),
        "email_verified": user.get("emailVerified"),
    }
    if user.get("disabled"):
        members["disabled_at"] = members["created_at"] or _from_ms(0)
    if user.get("passwordHash"):
        members["hashed_password"] = firebase_forms.make(
            memory=int(project["mem_cost"]),
            rounds=int(project["rounds"]),
            salt=user["salt"],
            separator=project["base64_salt_separator"],
            key=project["base64_signer_key"],
            digest=user["passwordHash"],
        )
    return members


def _from_ms(value: object) -> str | None:
    if value is None:
        return None
    seconds = int(str(value)) / 1000
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _ab64(text: str) -> str:
    return text.rstrip("=").replace("+", ".")


def _users(path: Path) -> list[Any]:
    users = _load(path).get("users")
    if not isinstance(users, list):
        raise ConfigurationError(f"{path}: has no list of users")
    return users


def _load(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        reason = error.strerror or "cannot be read"
        raise ConfigurationError(f"{path}: {reason}") from None
    except (ValueError, RecursionError):
        raise ConfigurationError(f"{path}: is not JSON") from None
    if not isinstance(found, dict):
        raise ConfigurationError(f"{path}: is not a JSON object")
    return found
