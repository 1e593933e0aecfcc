"""The fast path: whose session is this?  One indexed query, no entities.

Whoever puts this service in front of an application asks this question for
every request it answers, so the usual comforts are left out here, and only
here: the statement is compiled once, each thread keeps a connection of its
own to the driver, and no ORM object is made.  What must hold is the same as
everywhere: the raw id is digested, an expired session does not count, and a
session that ended is gone at the next question: there is no cache.
"""

from bienvenue.session_check.checking import MOST, SessionCheck
from bienvenue.session_check.found import SignedIn

__all__ = ["MOST", "SessionCheck", "SignedIn"]
