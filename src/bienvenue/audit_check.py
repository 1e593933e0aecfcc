"""Walk the audit log and tell what was done to it.

Each strand is read once, in its order and in one snapshot, in memory that
does not grow with it.  What a finding means, and what no walk can find, is
in ``docs/audit.md``.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import (
    Connection,
    Engine,
    RowMapping,
    func,
    select,
    type_coerce,
)
from sqlalchemy.types import NullType

from bienvenue import audit_tables, chain
from bienvenue.audit_tables import AuditEvent, AuditHead
from bienvenue.chain import Chain
from bienvenue.engine import READ_ONLY

_ROWS = 1000


class Noted(NamedTuple):
    """An event as somebody noted it elsewhere: its number and its seal."""

    strand: str
    sequence: int
    mac: bytes


class Finding(NamedTuple):
    """Something in a strand that is not as it was written."""

    strand: str
    what: str


@dataclass(slots=True)
class Strand:
    """What the walk along one strand has seen.

    ``sequence`` and ``mac`` are of its last event; ``older`` says how many
    events are sealed under another key than the first that was given.
    """

    name: str
    events: int = 0
    sequence: int = 0
    mac: bytes = b""
    older: int = 0


def snapshot(engine: Engine) -> Connection:
    """Return a connection that sees the database as it is now, and reads."""
    options: dict[str, Any] = {READ_ONLY: True}
    if engine.dialect.name != "sqlite":  # where a reader has one anyway
        options["isolation_level"] = "REPEATABLE READ"
    return engine.connect().execution_options(**options)


def strands(connection: Connection) -> list[str]:
    """Return the names of all strands, in order."""
    names = set(connection.scalars(select(AuditHead.strand)))
    # One step of the index for each, rather than a look at every event.
    query = select(func.min(AuditEvent.strand))
    name = connection.scalar(query)
    while name is not None:
        names.add(name)
        name = connection.scalar(query.where(AuditEvent.strand > name))
    return sorted(names)


def rows(
    connection: Connection, strand: str, after: int | None = None
) -> Iterator[RowMapping]:
    """Yield the events of a strand in order, a few held at a time.

    Time and seal are as they are kept: one that is no time, or no seal,
    must not end the walk.
    """
    table = AuditEvent.__table__
    query = (
        select(*_columns())
        .where(table.c.strand == strand)
        .order_by(table.c.sequence)
        .limit(_ROWS)
    )
    # By pages: asked for everything, MariaDB reads and sorts it first.
    while True:
        page = query
        if after is not None:
            page = query.where(table.c.sequence > after)
        found = connection.execute(page).mappings().all()
        yield from found
        if len(found) < _ROWS:
            return
        after = found[-1]["sequence"]


def latest(
    connection: Connection, most: int, *conditions: Any
) -> list[RowMapping]:
    """Return the events written last, all or some, the last one last."""
    query = (
        select(*_columns())
        .where(*conditions)
        .order_by(AuditEvent.id.desc())
        .limit(most)
    )
    return list(connection.execute(query).mappings())[::-1]


def verify(
    connection: Connection,
    chains: Sequence[Chain],
    noted: Sequence[Noted] = (),
    archived: Sequence[Noted] = (),
) -> Iterator[Finding | Strand]:
    """Yield what is wrong with each strand, and then the strand.

    ``chains`` are of the key in force and of those before it; an event may
    be sealed under any of them.  ``noted`` must be found in the log; after
    what was ``archived`` it must go on.
    """
    before = {each.strand: each for each in archived}
    found = strands(connection)
    for each in noted:
        if each.strand not in found:
            yield Finding(each.strand, "is gone as a whole")
    for name in found:
        walk = _Walk(name, chains, [n for n in noted if n.strand == name])
        if name in before:
            walk.begin_after(before[name])
        head = connection.execute(
            select(AuditHead.sequence, _raw(AuditHead.mac)).where(
                AuditHead.strand == name
            )
        ).first()
        for row in rows(connection, name, walk.seen.sequence or None):
            for what in walk.see(row):
                yield Finding(name, what)
        for what in walk.end(head):
            yield Finding(name, what)
        yield walk.seen


class _Walk:
    """Follows one strand from its first event to its head."""

    def __init__(
        self, name: str, chains: Sequence[Chain], noted: Sequence[Noted]
    ) -> None:
        self.seen = Strand(name)
        self._chains = chains
        self._noted = {each.sequence: each.mac for each in noted}
        # The links that may stand before the next event; none after a gap.
        self._links = [chain.START]

    def begin_after(self, last: Noted) -> None:
        """Begin behind an event that is not in the database any more."""
        self.seen.sequence, self.seen.mac = last.sequence, last.mac
        self._links = [e.link(last.sequence, last.mac) for e in self._chains]

    def see(self, row: RowMapping) -> Iterator[str]:
        """Take the next event; yield what is wrong with it."""
        seen, sequence, mac = self.seen, row["sequence"], row["mac"]
        expected = seen.sequence + 1
        if not isinstance(sequence, int) or sequence < expected:
            yield f"event {sequence} was inserted"
            return
        if sequence > expected:
            yield (
                f"{_events(expected, sequence - 1)} gone, so nothing vouches"
                f" for event {sequence}"
            )
            self._links = []
        if not isinstance(mac, bytes):
            mac = b""
        by = self._sealed_by(row, mac)
        if self._links and by is None:
            yield f"event {sequence} was changed, inserted or moved"
        noted = self._noted.pop(sequence, None)
        if noted is not None and not chain.same(noted, mac):
            yield f"event {sequence} is not the one that was noted"
        # Going on from the seal that is there shows whether the next event
        # was written after it.
        sure = [by] if by else self._chains
        self._links = [each.link(sequence, mac) for each in sure]
        seen.events += 1
        seen.older += by is not None and by is not self._chains[0]
        seen.sequence, seen.mac = sequence, mac

    def end(self, head: Any) -> Iterator[str]:
        """Take the head; yield what is wrong with the strand's end."""
        last = self.seen.sequence
        for sequence in sorted(self._noted):
            yield f"event {sequence}, which was noted, is gone"
        if head is None:
            yield "the head is gone"
        elif not (
            isinstance(head.sequence, int) and isinstance(head.mac, bytes)
        ):
            yield "the head was replaced"
        elif head.sequence > last:
            yield f"{_events(last + 1, head.sequence)} gone from the end"
        elif head.sequence < last:
            yield (
                f"{_events(head.sequence + 1, last)} behind the head: they"
                " were inserted, or the head was put back"
            )
        elif not any(chain.same(head.mac, link) for link in self._links):
            yield "the head was replaced, or the last event was"

    def _sealed_by(self, row: RowMapping, mac: bytes) -> Chain | None:
        fields = audit_tables.fields(row)
        for each in self._chains:
            for link in self._links:
                if chain.same(each.seal(link, fields), mac):
                    return each
        return None


def _columns() -> list[Any]:
    table = AuditEvent.__table__
    return [
        _raw(each) if each.name in ("at", "mac") else each
        for each in table.columns
    ]


def _raw(column: Any) -> Any:
    return type_coerce(column, NullType()).label(column.key)


def _events(first: int, last: int) -> str:
    if first == last:
        return f"event {first} is"
    return f"events {first} to {last} are"
