"""Bienvenue: user authentication, as a service and as a library.

Importing this package loads neither Flask nor a server; the names of the
Flask side (``Bienvenue``, ``login_required``, ``current_user``) are fetched
when they are first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bienvenue.auth import Auth
from bienvenue.config import Settings
from bienvenue.db import DB
from bienvenue.errors import BienvenueError
from bienvenue.session import Session
from bienvenue.user import User

if TYPE_CHECKING:
    from bienvenue.app import Bienvenue, create_app
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

_FLASK_SIDE = {
    "Bienvenue": "bienvenue.app",
    "create_app": "bienvenue.app",
    "current_user": "bienvenue.web.current_user",
    "login_required": "bienvenue.web.current_user",
}


def __getattr__(name: str) -> Any:
    """Fetch a name of the Flask side, and Flask with it (PEP 562)."""
    if name in _FLASK_SIDE:
        return getattr(import_module(_FLASK_SIDE[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
