"""What pages say of an error, by its code, for translators to find.

The sentences of ``bienvenue.errors`` are for programmers: they name members
and stay English.  These say to whoever fills in a form what to do next.
"""

import math
from collections.abc import Callable

from bienvenue.errors import BienvenueError


def _(text: str) -> str:
    """Mark a text to be collected; it is translated when it is shown."""
    return text


ELSE = _("Something went wrong. Please try again later.")

SENTENCES = {
    "malformed": _(
        "Something is missing, or cannot be read. Please fill in every field."
    ),
    "invalid_email": _("This is not a valid e-mail address."),
    "invalid_password": _("Please enter a password."),
    "password_too_long": _("This password is longer than 1,024 characters."),
    "password_too_short": _("This password is too short."),
    "password_common": _(
        "This password is, or is made from, one that many people use and"
        " that is guessed first. Please choose another."
    ),
    "password_context": _(
        "This password is made of the names of this service or of your"
        " address. Please choose another."
    ),
    "password_breached": _(
        "This password is known from a data breach elsewhere. Please choose"
        " another, and change it wherever you use it."
    ),
    "password_check_unavailable": _(
        "New passwords cannot be checked now. Please try again later."
    ),
    "email_taken": _("This address has an account already."),
    "invalid_credentials": _("The address and the password do not match."),
    "wrong_password": _("This is not your password."),
    "password_change_required": _(
        "This password is known to others and counts no longer. Please ask"
        " for a new one by mail."
    ),
    "session_required": _("Please sign in first."),
    "reauthentication_required": _("Please give your password again first."),
    "not_permitted": _("Your account may not do this."),
    "not_while_acting": _("You cannot do this while you act as a user."),
    "account_disabled": _(
        "This account is disabled. Please enable it first."
    ),
    "email_unproven": _(
        "Nobody has shown yet that they read mail at this address, so the"
        " account may be somebody else's. Please have its owner verify the"
        " address first."
    ),
    "last_admin": _(
        "This is the last admin. Please make somebody else one first."
    ),
    "invalid_choice": _("This list cannot be shown like that."),
    "user_not_found": _("There is no such account."),
    "invalid_token": _("This link does not count any more."),
    "unknown_email": _("No account has this address."),
    "mail_off": _("This service sends no mail."),
    "cross_site": _("Another site had your browser send this."),
    "busy": _("Too many people are signing in. Please try again in a moment."),
    "too_many_attempts": _("Too many attempts. Please wait a while."),
    "database_unavailable": ELSE,
    "leaving": ELSE,
}


# Of errors that no form of ours has: what a whole page says of them.
BEYOND_FORMS = {
    "not_found": _(
        "There is nothing at this address. It may be mistyped, or what was"
        " here is gone."
    ),
    "method_not_allowed": _(
        "This address belongs to a form, and cannot be opened by itself."
    ),
    "content_too_large": _("What was sent is more than this service takes."),
    "unsupported_media_type": _("What was sent cannot be read."),
    "development_profile_is_local": _(
        "This is only for the machine that the service runs on."
    ),
    "internal_error": _(
        "The fault is ours, and it is written down. Please try again later."
    ),
}

# What such a page is headed by: the code's own words, or its status's.
HEADINGS: dict[str | int, str] = {
    "session_required": _("Please sign in first"),
    "reauthentication_required": _("Please give your password again"),
    400: _("This cannot be read"),
    403: _("This is not open to you"),
    404: _("This page does not exist"),
    405: _("This cannot be done here"),
    409: _("This cannot be done here"),
    413: _("This is too large"),
    415: _("This cannot be read"),
    429: _("Too many attempts"),
    503: _("Not available just now"),
}
FAULT = _("Something went wrong")

Plural = Callable[[str, str, int], str]


def of(error: BienvenueError) -> str:
    """Return what a page says of an error, in English."""
    return SENTENCES.get(str(error.code), ELSE)


def of_code(code: str) -> str:
    """Return what a whole page says of an error, in English."""
    return SENTENCES.get(code) or BEYOND_FORMS.get(code, ELSE)


def heading(code: str, status: int) -> str:
    """Return what heads the page of an error, in English."""
    return HEADINGS.get(code) or HEADINGS.get(status, FAULT)


def wait(seconds: int, ngettext: Plural) -> str:
    """Return how long to wait, rounded up, in the words of a catalogue."""
    minutes = math.ceil(seconds / 60)
    if minutes <= 60:
        text = ngettext(
            "Please wait %(count)s minute, then try again.",
            "Please wait %(count)s minutes, then try again.",
            minutes,
        )
        return text % {"count": minutes}
    hours = math.ceil(minutes / 60)
    text = ngettext(
        "Please wait %(count)s hour, then try again.",
        "Please wait %(count)s hours, then try again.",
        hours,
    )
    return text % {"count": hours}
