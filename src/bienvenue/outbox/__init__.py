"""Mail that waits to be sent: the ``outbox`` table.

A row is written in the account's own transaction: if that commits, the mail
will leave; if it does not, no mail speaks of something that never happened.
A row says which letter goes to whom and holds no secret.  The token inside
a letter is made when the letter is, so a copy of the database opens nothing,
and asking for a letter costs the same whether or not there is an account.
"""

from bienvenue.outbox.attempts import (
    LEASE,
    done,
    give_up,
    is_due,
    is_held,
    lease,
    note_trouble,
    put_off,
    release,
)
from bienvenue.outbox.posting import post, take_back_resets, tell, withdraw
from bienvenue.outbox.table import ALIVE, LAST, NEVER, Letter, OutboxRow

__all__ = [
    "ALIVE",
    "LAST",
    "LEASE",
    "NEVER",
    "Letter",
    "OutboxRow",
    "done",
    "give_up",
    "is_due",
    "is_held",
    "lease",
    "note_trouble",
    "post",
    "put_off",
    "release",
    "take_back_resets",
    "tell",
    "withdraw",
]
