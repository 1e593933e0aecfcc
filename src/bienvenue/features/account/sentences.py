"""What the security log says to its owner: a sentence for each event.

Plain words, for who wants to know whether that was them.  They are marked
for translators and translated when they are shown.  An event is either said
here, or left unsaid for a reason.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from bienvenue.events import Event


def _(text: str) -> str:
    """Mark a text to be collected."""
    return text


class Saying(NamedTuple):
    """What is said of an event that was done, and of one that failed.

    The texts ``at`` a place have ``%(address)s`` in them.
    """

    done: str
    failed: str = ""
    done_at: str = ""
    failed_at: str = ""


ELSE: Final = _("Something about your account was changed.")

SAYINGS: Final[Mapping[str, Saying]] = {
    Event.LOGIN_SUCCEEDED: Saying(
        done=_("You signed in."),
        done_at=_("You signed in from %(address)s."),
    ),
    Event.LOGIN_FAILED: Saying(
        done="",
        failed=_("Somebody tried to sign in and could not."),
        failed_at=_("Somebody at %(address)s tried to sign in and could not."),
    ),
    Event.REAUTHENTICATED: Saying(
        done=_("You gave your password again."),
        failed=_("A wrong password was given where it was asked for again."),
    ),
    Event.TOKEN_FAILED: Saying(
        done="",
        failed=_("A link or a code from a mail did not count."),
    ),
    Event.PASSWORD_CHANGED: Saying(
        done=_("Your password was changed."),
        failed=_("Somebody tried to change your password and could not."),
    ),
    Event.RESET_REQUESTED: Saying(
        done=_("A mail to choose a new password was asked for."),
    ),
    Event.PASSWORD_RESET: Saying(
        done=_("A new password was chosen by a link from a mail."),
    ),
    Event.SESSION_ENDED: Saying(done=_("A device was signed out.")),
    Event.USER_CREATED: Saying(done=_("Your account was made.")),
    Event.USER_EXISTS: Saying(
        done="",
        failed=_("Somebody tried to sign up with your address."),
    ),
    Event.EMAIL_VERIFIED: Saying(
        done=_("Your e-mail address was confirmed."),
    ),
    Event.EMAIL_CHANGE_REQUESTED: Saying(
        done=_("Another e-mail address was asked for."),
    ),
    Event.EMAIL_CHANGED: Saying(done=_("Your e-mail address was changed.")),
    Event.EMAIL_CHANGE_UNDONE: Saying(
        done=_("The change of your e-mail address was undone."),
    ),
    Event.USER_UPDATED: Saying(done=ELSE),
    Event.USER_DISABLED: Saying(done=_("Your account was shut.")),
    Event.USER_ENABLED: Saying(done=_("Your account was opened again.")),
    Event.PASSWORD_COMPROMISED: Saying(
        done=_("Your password was found to be known to others."),
    ),
    Event.DELETION_SCHEDULED: Saying(
        done=_("Your account was to be deleted."),
    ),
    Event.DELETION_CANCELLED: Saying(
        done=_("The deletion of your account was called off."),
    ),
    Event.ACTING_BEGAN: Saying(
        done=_("Your account was opened in your stead. A mail says why."),
    ),
    Event.ROLE_CHANGED: Saying(
        done=_("Your role in the service was changed."),
    ),
    Event.DATA_EXPORTED: Saying(done=_("A copy of your data was taken.")),
    Event.CROSS_SITE: Saying(
        done="",
        failed=_(
            "Another site had your browser send something here. It was"
            " refused."
        ),
    ),
    Event.RATE_LIMITED: Saying(
        done="",
        failed=_("There were too many attempts, and some were refused."),
    ),
}
"""What is said of each event, by its name."""

SCOPES: Final[Mapping[str, str]] = {
    "others": _("All your other devices were signed out."),
    "all": _("All your devices were signed out."),
    "login": _("You signed in anew, so the device was signed out before."),
}
"""What is said of the end of more sessions than one."""

FIELDS: Final[Mapping[str, str]] = {
    "language": _("Another language was chosen."),
    "pending_email": _("The change of your e-mail address was called off."),
}
"""What is said of a change of something, by what it was."""

REPORTED: Final = _(
    "You said that something was not you, and all your other devices were"
    " signed out."
)

_NOT_OF_ONE = "it is about the service, and about nobody's account"
_LOG_ONLY = "it is in the service's log only"

UNSAID: Final[Mapping[str, str]] = {
    Event.SESSION_CREATED: "what began the session is said",
    Event.USER_DELETED: "nobody is left to read it",
    Event.ACCESS_DENIED: "nothing came of it, and who was refused was told",
    Event.INPUT_REJECTED: "nothing came of it, and who was refused was told",
    Event.OVERLOADED: "nothing came of it, and who was refused was told",
    Event.USERS_IMPORTED: _NOT_OF_ONE,
    Event.ADMIN_INVITED: _NOT_OF_ONE,
    Event.AUDIT_EXPORTED: _NOT_OF_ONE,
    Event.USERS_EXPORTED: _NOT_OF_ONE,
    Event.MAIL_RETRIED: _NOT_OF_ONE,
    Event.MAIL_PURGED: _NOT_OF_ONE,
    Event.DATABASE_UNAVAILABLE: _LOG_ONLY,
    Event.CONTROL_FAILED: _LOG_ONLY,
    Event.FAULT: _LOG_ONLY,
}
"""Why nothing is said of the other events."""


def of(
    event: str, outcome: str, address: str | None, detail: Mapping[str, Any]
) -> str:
    """Return the sentence for an event, in English.

    It has ``%(address)s`` in it only where there is one.  An event that is
    not known, from a later release beside this one, gets a general one.
    """
    special = _special(event, detail)
    if special is not None:
        return special
    said = SAYINGS.get(event, Saying(ELSE))
    if outcome == "success":
        placed, plain = said.done_at, said.done
    else:
        placed, plain = said.failed_at, said.failed
    return (placed if address else "") or plain or said.done or ELSE


def _special(event: str, detail: Mapping[str, Any]) -> str | None:
    if event == Event.SESSION_ENDED:
        if detail.get("reason") == "not_me":
            return REPORTED
        return SCOPES.get(str(detail.get("scope")))
    if event == Event.USER_UPDATED:
        return FIELDS.get(str(detail.get("fields")))
    return None
