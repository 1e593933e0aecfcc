"""What must not be so when anyone but the developer can reach the service.

``bienvenue serve`` starts only without problems; ``bienvenue check --deploy``
lists them.  All are listed at once: mending them one start at a time is how
people learn to switch checks off.
"""

import os
from collections.abc import Mapping

from bienvenue.config import Settings
from bienvenue.safety import guessing, mail, surroundings, transport
from bienvenue.safety.problem import Problem

__all__ = ["Problem", "advice", "notes", "problems"]


def problems(
    settings: Settings, environ: Mapping[str, str] | None = None
) -> list[Problem]:
    """Return everything that is unsafe in production, the worst first.

    ``environ`` is ``os.environ`` when left out.  Raises
    ``ConfigurationError`` for a database URL that is none.
    """
    found = os.environ if environ is None else environ
    return [
        *guessing.profile(settings),
        *transport.transport(settings),
        *guessing.secrets(settings),
        *guessing.corpus(settings),
        *guessing.throttling(settings),
        *mail.mail(settings),
        *transport.place(settings),
        *surroundings.database(settings),
        *surroundings.watching(settings),
        *surroundings.debugging(found),
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
