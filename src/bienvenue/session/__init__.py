"""A signed-in browser or program.

A person has as many as they have devices.  A row that is gone is a session
that is over; nothing else has to be remembered about it here.
"""

from bienvenue.session.beginning import assign, rename, start
from bienvenue.session.ending import end, end_all, end_row
from bienvenue.session.finding import is_kept, is_live, live, whose
from bienvenue.session.span import DEFAULT_SPAN, Span
from bienvenue.session.table import Session

__all__ = [
    "DEFAULT_SPAN",
    "Session",
    "Span",
    "assign",
    "end",
    "end_all",
    "end_row",
    "is_kept",
    "is_live",
    "live",
    "rename",
    "start",
    "whose",
]
