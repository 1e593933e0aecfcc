"""What pages say of an error, by its code, for translators to find.

The sentences of ``bienvenue.errors`` are for programmers: they name members
and stay English.  These say to whoever fills in a form what to do next.
"""

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
    "invalid_token": _("This link does not count any more."),
    "unknown_email": _("No account has this address."),
    "mail_off": _("This service sends no mail."),
    "cross_site": _("Another site had your browser send this."),
    "busy": _("Too many people are signing in. Please try again in a moment."),
    "too_many_attempts": _("Too many attempts. Please wait a while."),
    "database_unavailable": ELSE,
    "leaving": ELSE,
}


def of(error: BienvenueError) -> str:
    """Return what a page says of an error, in English."""
    return SENTENCES.get(str(error.code), ELSE)
