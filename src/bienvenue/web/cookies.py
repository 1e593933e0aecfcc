"""Cookies (RFC 6265bis): the one place their names and attributes stand."""

from flask import Request, Response

from bienvenue import device
from bienvenue.config import Settings
from bienvenue.web.extension import here

SESSION = "session_id"
DEVICE = "bienvenue_device"
PROBE = "bienvenue_probe"

_PROBE_SECONDS = 60

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
) -> None:
    """Give the browser a session id, for as long as the session lasts.

    That is ``seconds``, for a session that began before.
    """
    lasts = settings.session_lifetime_seconds
    _set(
        response, settings, SESSION, raw, lasts if seconds is None else seconds
    )


def keep_device(response: Response, settings: Settings, token: str) -> None:
    """Give the browser a device token."""
    _set(response, settings, DEVICE, token, device.LIFETIME_SECONDS)


def probe(request: Request) -> str | None:
    """Return the cookie of ``bienvenue doctor`` that a request brings."""
    return _only(request, PROBE)


def keep_probe(response: Response, settings: Settings, value: str) -> None:
    """Give ``bienvenue doctor`` a cookie to bring back, for a minute."""
    _set(response, settings, PROBE, value, _PROBE_SECONDS)


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
    response: Response, settings: Settings, plain: str, value: str, age: int
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
