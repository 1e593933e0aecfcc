"""Why a command leaves the last admin alone, and what would help.

``admin list`` may well show others: one who has no password yet, one who is
disabled.  So whom it is about is said, and who could be the next.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from bienvenue import roles
from bienvenue.auth import Auth
from bienvenue.commands import told
from bienvenue.errors import LastAdmin
from bienvenue.explanation.reason import command
from bienvenue.user import User


@contextmanager
def explained(auth: Auth, user: User) -> Iterator[None]:
    """Have a ``LastAdmin`` that is raised inside say who, and what helps."""
    try:
        yield
    except LastAdmin:
        says = f"{user.email} is the last admin who can sign in; "
        says += _remedy(auth.db.read(roles.without_password))
        raise LastAdmin(told.printable(says)) from None


def _remedy(waiting: User | None) -> str:
    if waiting is None:
        return "make another one first, with `bienvenue admin create ADDRESS`"
    return (
        f"{waiting.email} is one without a password yet: have them open their"
        f" link, or: {command('user set-password', waiting.email)}"
    )
