"""Bienvenue: user authentication, as a service and as a library.

A name is fetched when it is first asked for, and what it needs with it:
``Auth`` needs no Flask, and ``bienvenue --help`` no database.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bienvenue.app import Bienvenue, create_app
    from bienvenue.auth import Auth
    from bienvenue.config import Settings
    from bienvenue.db import DB
    from bienvenue.errors import BienvenueError
    from bienvenue.session import Session
    from bienvenue.user import User
    from bienvenue.web.current_user import current_user, login_required

__all__ = [
    "DB",
    "Auth",
    "Bienvenue",
    "BienvenueError",
    "Session",
    "Settings",
    "User",
    "create_app",
    "current_user",
    "login_required",
]

# ``User`` by way of ``db``, which knows all that belongs to a user.
_WHERE = {
    "DB": "bienvenue.db",
    "Auth": "bienvenue.auth",
    "Bienvenue": "bienvenue.app",
    "BienvenueError": "bienvenue.errors",
    "Session": "bienvenue.session",
    "Settings": "bienvenue.config",
    "User": "bienvenue.db",
    "create_app": "bienvenue.app",
    "current_user": "bienvenue.web.current_user",
    "login_required": "bienvenue.web.current_user",
}


_MODULES = ("auth", "config", "db", "errors", "session", "user")


def __getattr__(name: str) -> Any:
    """Fetch a name, and what it needs with it (PEP 562)."""
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_WHERE[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Return the names, also of what is not fetched yet."""
    return sorted({*globals(), *__all__})
