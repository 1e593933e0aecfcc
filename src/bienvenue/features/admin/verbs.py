"""What admins can do, and which of it does harm.

A verb is the name of what does it in ``flow.Admin``; ``act_as`` leads away
from the console instead, to the user's own pages.
"""

from typing import Final, Literal

Verb = Literal[
    "enable",
    "disable",
    "end_sessions",
    "send_reset",
    "mark_compromised",
    "delete",
    "grant_admin",
    "revoke_admin",
    "end_all_sessions",
    "act_as",
]

FOR_ONE: Final[tuple[Verb, ...]] = (
    "enable",
    "send_reset",
    "end_sessions",
    "mark_compromised",
    "disable",
    "delete",
    "grant_admin",
    "revoke_admin",
)
"""In the order in which they are offered for one account."""

FOR_MANY: Final[tuple[Verb, ...]] = FOR_ONE[:6]
"""Those that can be done to several accounts at once."""

EVERYBODY: Final[Verb] = "end_all_sessions"
"""What is done to all accounts there are, and so names none."""

ACT: Final[Verb] = "act_as"
"""What is done in a session of the user's."""

LetterVerb = Literal["retry_letters", "purge_letters"]

LETTERS: Final[tuple[LetterVerb, ...]] = ("retry_letters", "purge_letters")
"""What can be done to letters that are dead."""

HARMLESS: Final = frozenset({"retry_letters"})
"""What needs no fresh password: it lets happen what was to happen anyway.

All else does something to a person or takes data out of the house: to open
an account again gives back what was taken for a reason, and a mailed link
voids the one before it.
"""


def harms(verb: str) -> bool:
    """Tell whether it wants the password to have been given just now.

    What is not known to be harmless does.
    """
    return verb not in HARMLESS
