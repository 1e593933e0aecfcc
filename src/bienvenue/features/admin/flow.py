"""What admins look at and do: one implementation for three doors.

The console, the admin API and the command line all come here.  Whatever is
done to an account is in the audit log with both ids: whose account it is,
and which admin did it.
"""

from bienvenue.features.admin import console
from bienvenue.features.admin.deeds import Deeds
from bienvenue.features.admin.letters import Letters
from bienvenue.features.admin.lists import Lists
from bienvenue.features.admin.shapes import Actor
from bienvenue.session_check import SignedIn


class Admin(Lists, Deeds, Letters):
    """The verbs of those who look after the accounts of a service.

    Each takes the admin who does it, whom :meth:`require` returns.  Those
    about an account raise ``UserNotFound``; those that could leave the
    service without any admin raise ``LastAdmin``.
    """

    def require(self, user: SignedIn | None) -> Actor:
        """Return the admin that a session is of, as of now.

        The role is looked up at each call, so that whoever loses it has
        lost it at once (OWASP ASVS 8.3.2).  Raises ``SessionRequired``,
        ``NotPermitted``, and ``ReauthenticationRequired`` once the password
        was given too long ago, or the console left alone for too long.
        """
        return console.require(self._db, self._settings, user)
