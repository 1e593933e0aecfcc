"""The session cookie (RFC 6265bis): the one place its attributes stand."""

from flask import Request, Response

from bienvenue.config import Settings

NAME = "session_id"


def session_id(request: Request) -> str | None:
    """Return the raw session id that a request brings, or None.

    Two cookies of the name are refused rather than guessed between: one of
    them may have been planted by a neighbouring host.
    """
    values = request.cookies.getlist(NAME)
    return values[0] if len(values) == 1 else None


def keep(response: Response, settings: Settings, raw: str) -> None:
    """Give the browser a session id, for as long as the session lasts."""
    response.set_cookie(
        NAME,
        raw,
        max_age=settings.session_lifetime_seconds,
        path="/",
        httponly=True,
        secure=settings.profile == "production",
        samesite="Lax",
    )


def clear(response: Response, settings: Settings) -> None:
    """Have the browser forget the session id."""
    response.delete_cookie(
        NAME,
        path="/",
        httponly=True,
        secure=settings.profile == "production",
        samesite="Lax",
    )
