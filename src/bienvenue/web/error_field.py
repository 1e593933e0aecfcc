"""Which field of a form an error is about, for the words to stand beside it.

A summary above a form says what is wrong and leads to the field; the same
words stand at the field itself (WCAG 2.2, 3.3.1).  What a form calls its
fields is read off what it sent.
"""

from collections.abc import Iterable

from flask import request

from bienvenue.errors import BienvenueError
from bienvenue.web.problems import Malformed

_SENT = "bienvenue.sent"

# The first of these that the form has.
_PASSWORD = ("new_password", "password")
_EMAIL = ("email", "new_email")
_FIELDS = {
    "invalid_email": _EMAIL,
    "email_taken": _EMAIL,
    "invalid_password": _PASSWORD,
    "password_too_long": _PASSWORD,
    "password_too_short": _PASSWORD,
    "password_common": _PASSWORD,
    "password_context": _PASSWORD,
    "password_breached": _PASSWORD,
    "wrong_password": ("current_password", "password"),
    "invalid_token": ("code",),
}


def remember(names: Iterable[str]) -> None:
    """Keep, for this request, what the fields of its form are called."""
    request.environ[_SENT] = frozenset(names)


def of(error: BienvenueError) -> str | None:
    """Return the name of the field that an error is about, if it is one's.

    It is one of those that the form of this request has sent.
    """
    return among(error, request.environ.get(_SENT, frozenset()))


def among(error: BienvenueError, sent: frozenset[str]) -> str | None:
    """Return which of the fields that were sent an error is about."""
    code = str(error.code)
    if isinstance(error, Malformed):  # it says the member's name first
        candidates: Iterable[str] = str(error).split(" ", 1)[:1]
    else:
        candidates = _FIELDS.get(code, ())
    return next((name for name in candidates if name in sent), None)
