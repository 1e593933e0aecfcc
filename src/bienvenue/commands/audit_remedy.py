"""What to do about a log that does not verify, where a key is the reason.

A log whose seals are all wrong was hardly forged from end to end: likelier
the key is another one, or is missing.  That is tried, and said; the check
has failed all the same, since who can write under a key that is believed
can write a log that passes.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from bienvenue import audit_check
from bienvenue.audit_check import Finding, Noted
from bienvenue.chain import Chain

NO_KEY_HERE = (
    "no secret_key is set here, and the log was written under one: give the"
    " service's, as BIENVENUE_SECRET_KEY or by its bienvenue.toml"
)
BEFORE_THE_KEY = (
    "all of it verifies if events from before there was a secret_key are"
    " believed: if the service ran without one once, as in development, put a"
    " line with - into a file and give that as --old-keys FILE"
)
ANOTHER_KEY = (
    "not one event is sealed under the key that is set here: if it was"
    " replaced, name the former one in secret_keys_old, or in a file for"
    " --old-keys; else take the settings of the service that wrote the log"
)


def of(
    connection: Connection,
    chains: Sequence[Chain],
    noted: Sequence[Noted],
    archived: Sequence[Noted],
) -> str | None:
    """Return what would mend a check that failed, or None.

    Reads the log once more.
    """
    believed = [*chains, Chain(None)]
    if chains[0].keyed and _verifies(connection, believed, noted, archived):
        return BEFORE_THE_KEY
    if not _none_is_sealed(connection, chains):
        return None
    return ANOTHER_KEY if chains[0].keyed else NO_KEY_HERE


def _verifies(
    connection: Connection,
    chains: Sequence[Chain],
    noted: Sequence[Noted],
    archived: Sequence[Noted],
) -> bool:
    found = audit_check.verify(connection, chains, noted, archived)
    return not any(isinstance(each, Finding) for each in found)


def _none_is_sealed(connection: Connection, chains: Sequence[Chain]) -> bool:
    """Tell whether every event of every strand is under another key."""
    wrong = events = 0
    for each in audit_check.verify(connection, chains):
        if isinstance(each, Finding):
            wrong += "was changed, inserted or moved" in each.what
        else:
            events += each.events
    return 0 < events == wrong
