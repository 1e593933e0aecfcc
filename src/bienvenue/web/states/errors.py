"""Pages that stand where another was asked for: what went wrong, what now."""

from collections.abc import Iterator

from bienvenue.web import wording
from bienvenue.web.states.state import State

_ERROR = "bienvenue/error.html"
_WAIT = "bienvenue/too_many_attempts.html"
_CODES = {
    "not_found": 404,
    "method_not_allowed": 405,
    "content_too_large": 413,
    "unsupported_media_type": 415,
    "malformed": 400,
    "cross_site": 403,
    "session_required": 403,
    "reauthentication_required": 403,
    "development_profile_is_local": 403,
    "not_permitted": 403,
    "not_while_acting": 403,
    "account_disabled": 409,
    "internal_error": 500,
    "database_unavailable": 503,
    "busy": 503,
    "leaving": 503,
}


def states() -> Iterator[State]:
    """Yield every state of them."""
    for code, status in _CODES.items():
        ours = status >= 500
        shown = {
            "code": code,
            "heading": wording.heading(code, status),
            "sentence": wording.of_code(code),
            "again": "" if status in (405, 413, 415) else "/account",
            "reference": "0a1b2c3d-4e5f" if ours else "",
            "support": "mailto:help@example.com" if ours else "",
        }
        yield State(f"error.{code}", _ERROR, shown)
    wait = {"wait": "Please wait 5 minutes, then try again.", "seconds": 300}
    wait |= {"again": "/sign_in", "query": [("next", "/account")]}
    more = {"guessed": True, "mailed": True}
    yield State("too_many_attempts.form", _WAIT, wait)
    yield State("too_many_attempts.guessed", _WAIT, wait | more)
    yield State("too_many_attempts.at_once", _WAIT, wait | {"seconds": 0})
