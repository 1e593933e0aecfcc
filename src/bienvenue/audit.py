"""The audit log: who did what, when, from where, with which outcome.

An event is recorded in the unit of work that makes it true: both are
committed, or neither is.  What was recorded is sealed into a chain as the
last thing before the commit, so that a strand's writers wait for each other
as briefly as can be.  ``docs/audit.md`` says what the chain proves.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

from sqlalchemy import Table, bindparam, insert, orm, select, update
from sqlalchemy.exc import IntegrityError

from bienvenue import (
    audit_line,
    audit_tables,
    chain,
    client,
    clock,
    observing,
)
from bienvenue.audit_tables import AuditEvent, AuditHead
from bienvenue.chain import Chain
from bienvenue.config import Settings
from bienvenue.errors import AuditBroken
from bienvenue.events import Event
from bienvenue.observing import Tally

_TO_OWNER = ("time", "event", "outcome", "address", "agent", "detail")

Recorded = Sequence[Mapping[str, Any]]

# Built once: every write runs them, and to build one takes longer than to
# run it.  By their tables: the mapped class would say what is None otherwise.
_EVENTS = cast(Table, AuditEvent.__table__)
_HEADS = cast(Table, AuditHead.__table__)
_HEAD = (
    select(_HEADS.c.sequence, _HEADS.c.mac)
    .where(_HEADS.c.strand == bindparam("of"))
    .with_for_update()
)
_APPEND = insert(_EVENTS)
_MOVE_HEAD = (
    update(_HEADS)
    .where(_HEADS.c.strand == bindparam("of"))
    .values(sequence=bindparam("sequence"), mac=bindparam("mac"))
)

_JOURNAL, _RECORDED = "bienvenue.journal", "bienvenue.recorded"


@dataclass(frozen=True, slots=True)
class Journal:
    """Which strand is written, and under which key."""

    chain: Chain = field(default_factory=Chain)
    strand: str = "main"

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Return what the settings choose."""
        key = settings.secret_key
        return cls(
            Chain(key.get_secret_value() if key else None),
            settings.node_name,
        )

    def info(self) -> dict[str, Any]:
        """Return what a unit of work has to know: its ``info``."""
        return {_JOURNAL: self}


def record(
    unit: orm.Session,
    event: Event,
    *,
    user_id: int | None = None,
    actor_id: int | None = None,
    outcome: str = "success",
    **detail: str | int | None,
) -> None:
    """Record an event in the caller's unit of work.

    Where it came from is read off ``client.current()``, and so is who did
    it, where that is an admin and not said here.  ``detail`` holds
    no secret and no address: it is kept, shown and exported; see
    ``pseudonym``.  Raises ``LookupError`` in a unit that only reads, whose
    events would be lost.
    """
    if _JOURNAL not in unit.info:
        raise LookupError(f"{event} is recorded in a unit that only reads")
    found = _described(event, outcome, detail)
    found["user_id"] = user_id
    if actor_id is not None:
        found["actor_id"] = actor_id
    unit.info.setdefault(_RECORDED, []).append(found)


def report(event: Event, **detail: str | int | None) -> None:
    """Write a failure of our own to the service's log, and nowhere else.

    For what may have no database to be recorded in.
    """
    audit_line.log(_described(event, "failure", detail), logging.ERROR)
    observing.tell(Tally.EVENT, f"{event} failure")


def pseudonym(unit: orm.Session, email: str | bytes) -> str:
    """Return what the log calls an address: see ``Chain.pseudonym``."""
    journal: Journal = unit.info[_JOURNAL]
    return journal.chain.pseudonym(email)


def seal(unit: orm.Session) -> Recorded:
    """Write what was recorded in a unit to the end of its strand.

    Returns it, for ``tell``.  The last statements of a unit: the head's row
    is locked from here to the commit.  Raises ``AuditBroken`` where the
    head is not the end.
    """
    recorded: list[dict[str, Any]] = unit.info.get(_RECORDED, [])
    if not recorded:
        return recorded
    journal: Journal = unit.info[_JOURNAL]
    unit.flush()
    sequence, link = _take_head(unit, journal.strand)
    for event in recorded:
        sequence += 1
        event |= {"strand": journal.strand, "sequence": sequence}
        event["mac"] = journal.chain.seal(link, audit_tables.fields(event))
        link = journal.chain.link(sequence, event["mac"])
    try:
        unit.execute(_APPEND, recorded)
    except IntegrityError:
        raise AuditBroken from None
    unit.execute(
        _MOVE_HEAD,
        {"of": journal.strand, "sequence": sequence, "mac": link},
    )
    return recorded


def is_kept(unit: orm.Session, recorded: Recorded) -> bool:
    """Tell whether what a unit recorded is in the log: it was committed.

    No other unit has the seal of its last event at that place of the strand.
    """
    if not recorded:
        return False
    last = recorded[-1]
    query = select(AuditEvent.id).where(
        AuditEvent.strand == last["strand"],
        AuditEvent.sequence == last["sequence"],
        AuditEvent.mac == last["mac"],
    )
    return unit.scalar(query) is not None


def hold_end(unit: orm.Session, recorded: Recorded) -> None:
    """Hold the end of the strand that these events are in, as a write does.

    The commit of the unit is then one that the database makes good, and
    with it all that came before.
    """
    strand = recorded[-1]["strand"]
    query = select(AuditHead.strand).where(AuditHead.strand == strand)
    unit.execute(query.with_for_update())


def tell(recorded: Recorded) -> None:
    """Write what a unit recorded to the service's log, after its commit."""
    for event in recorded:
        audit_line.log(event)
        observing.tell(Tally.EVENT, f"{event['event']} {event['outcome']}")


def about(unit: orm.Session, user_id: int, most: int) -> list[dict[str, Any]]:
    """Return what concerns a user's account, the latest first.

    As its owner may see it: who tried to get in, and from where, too; but
    not which operator did something for the service.
    """
    rows = unit.scalars(
        select(AuditEvent)
        .where(AuditEvent.user_id == user_id)
        .order_by(AuditEvent.id.desc())
        .limit(most)
    )
    lines = [audit_line.told(vars(row)) for row in rows]
    for line in lines:
        if isinstance(line["detail"], dict):
            line["detail"].pop("operator", None)
    return [{name: line[name] for name in _TO_OWNER} for line in lines]


def _described(
    event: Event, outcome: str, detail: Mapping[str, str | int | None]
) -> dict[str, Any]:
    who = client.current()
    if who.operator is not None:
        detail = {**detail, "operator": who.operator}
    return {
        "at": clock.now(),
        "event": str(event),
        "outcome": outcome,
        "user_id": None,
        "actor_id": who.actor_id,
        "address": audit_line.clean(who.address, audit_tables.ADDRESS),
        "agent": audit_line.clean(who.agent, audit_tables.AGENT),
        "request_id": audit_line.clean(
            who.request_id, audit_tables.REQUEST_ID
        ),
        "detail": audit_line.packed(detail),
    }


def _take_head(unit: orm.Session, strand: str) -> tuple[int, bytes]:
    """Return where a strand ends, and hold its end until the commit."""
    found = unit.execute(_HEAD, {"of": strand}).first()
    if found is None:
        # Of several that find none, one makes it and the others wait.
        unit.execute(_first_head(unit, strand))
        found = unit.execute(_HEAD, {"of": strand}).one()
    return found.sequence, found.mac


def _first_head(unit: orm.Session, strand: str) -> Any:
    values = {"strand": strand, "sequence": 0, "mac": chain.START}
    # The engine has loaded the one that is in use; each takes megabytes.
    match unit.get_bind().dialect.name:
        case "postgresql":
            from sqlalchemy.dialects import postgresql

            pg = postgresql.insert(AuditHead).values(values)
            return pg.on_conflict_do_nothing()
        case "sqlite":
            from sqlalchemy.dialects import sqlite

            lite = sqlite.insert(AuditHead).values(values)
            return lite.on_conflict_do_nothing()
        case _:
            from sqlalchemy.dialects import mysql

            return mysql.insert(AuditHead).values(values).prefix_with("IGNORE")
