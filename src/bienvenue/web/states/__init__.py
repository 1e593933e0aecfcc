"""What each page can look like: the values its template is given.

They are made up.  A page that is new, or can say something new, is added
here; tests hold every template and every error's sentence against it.
"""

from bienvenue.web.states import account, console, errors, ways_in
from bienvenue.web.states.state import State

__all__ = ["State", "all_of_them"]


def all_of_them() -> list[State]:
    """Return every state of every page, page by page."""
    return [
        *ways_in.states(),
        *account.states(),
        *console.states(),
        *errors.states(),
    ]
