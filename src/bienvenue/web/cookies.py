"""Cookies (RFC 6265bis): the one place their names and attributes stand."""

from flask import Request, Response

from bienvenue import device
from bienvenue import newcomer_note as newcomers
from bienvenue.config import Settings
from bienvenue.web.extension import here

SESSION = "session_id"
DEVICE = "bienvenue_device"
NEWCOMER = "bienvenue_newcomer"
PROBE = "bienvenue_probe"
ACTOR = "bienvenue_actor"
LANGUAGE = "bienvenue_language"

_PROBE_SECONDS = 60
_LANGUAGE_SECONDS = 400 * 24 * 60 * 60  # no browser keeps one for longer

HOST = "__Host-"
"""Begins the name of a cookie that its very host set (RFC 6265bis)."""


def name(settings: Settings, plain: str) -> str:
    """Return what a cookie is called under these settings."""
    return HOST + plain if settings.host_cookie else plain


def session_id(request: Request) -> str | None:
    """Return the raw session id that a request brings, or None.

    Two cookies of the name are refused rather than guessed between: one of
    them may have been planted by a neighbouring host.
    """
    return _only(request, SESSION)


def device_token(request: Request) -> str:
    """Return the device token that a request brings; two count as none."""
    return _only(request, DEVICE) or ""


def keep(
    response: Response,
    settings: Settings,
    raw: str,
    seconds: int | None = None,
    *,
    kept: bool = True,
) -> None:
    """Give the browser a session id, for as long as the session lasts.

    That is ``seconds``, for a session that began before.  One that is not
    ``kept`` names no time: the browser forgets it when it is closed.
    """
    lasts = settings.session_lifetime_seconds if seconds is None else seconds
    _set(response, settings, SESSION, raw, lasts if kept else None)


def keep_device(response: Response, settings: Settings, token: str) -> None:
    """Give the browser a device token."""
    _set(response, settings, DEVICE, token, device.LIFETIME_SECONDS)


def newcomer_note(request: Request) -> str:
    """Return the note of whom a mail is on its way to; two count as none."""
    return _only(request, NEWCOMER) or ""


def keep_newcomer(response: Response, settings: Settings, note: str) -> None:
    """Give the browser a note to hold while a mail is on its way."""
    _set(response, settings, NEWCOMER, note, newcomers.LIFETIME_SECONDS)


def forget_newcomer(response: Response, settings: Settings) -> None:
    """Have the browser forget the note; its address is nobody else's."""
    response.delete_cookie(
        name(settings, NEWCOMER),
        path="/",
        httponly=True,
        secure=settings.secure_cookies,
        samesite="Lax",
    )


def probe(request: Request) -> str | None:
    """Return the cookie of ``bienvenue doctor`` that a request brings."""
    return _only(request, PROBE)


def keep_probe(response: Response, settings: Settings, value: str) -> None:
    """Give ``bienvenue doctor`` a cookie to bring back, for a minute."""
    _set(response, settings, PROBE, value, _PROBE_SECONDS)


def language(request: Request) -> str:
    """Return the language that a browser was told to keep, or ""."""
    return _only(request, LANGUAGE) or ""


def keep_language(response: Response, settings: Settings, tag: str) -> None:
    """Have a browser keep the language that its user chose."""
    _set(response, settings, LANGUAGE, tag, _LANGUAGE_SECONDS)


def actor_session(request: Request) -> str | None:
    """Return the admin's own session id, kept while they act as a user."""
    return _only(request, ACTOR)


def keep_actor(
    response: Response, settings: Settings, raw: str, seconds: int
) -> None:
    """Keep an admin's own session id, to come back to."""
    _set(response, settings, ACTOR, raw, seconds)


def clear_actor(response: Response, settings: Settings) -> None:
    """Have the browser forget the admin's own session id."""
    response.delete_cookie(
        name(settings, ACTOR),
        path="/",
        httponly=True,
        secure=settings.secure_cookies,
        samesite="Lax",
    )


def clear(response: Response, settings: Settings) -> None:
    """Have the browser forget the session id.

    Where production's rules hold it forgets what pages stored and cached as
    well (OWASP ASVS 14.3.1).  Not ``"cookies"``: those of other paths and
    of neighbouring hosts are not ours to take away, nor the device cookie,
    by which its owner gets in while strangers guess.
    """
    response.delete_cookie(
        name(settings, SESSION),
        path="/",
        httponly=True,
        secure=settings.secure_cookies,
        samesite="Lax",
    )
    if settings.strict_rules:
        response.headers["Clear-Site-Data"] = '"cache", "storage"'


def _only(request: Request, plain: str) -> str | None:
    values = request.cookies.getlist(name(here().settings, plain))
    return values[0] if len(values) == 1 else None


def _set(
    response: Response,
    settings: Settings,
    plain: str,
    value: str,
    age: int | None,
) -> None:
    response.set_cookie(
        name(settings, plain),
        value,
        max_age=age,
        path="/",
        httponly=True,
        secure=settings.secure_cookies,
        samesite="Lax",
    )
