"""Bring accounts in: all of a file, or nothing of it."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial

from sqlalchemy import insert, orm, select
from sqlalchemy.exc import IntegrityError

from bienvenue import address, audit
from bienvenue.db import DB
from bienvenue.errors import EmailTaken
from bienvenue.events import Event
from bienvenue.interchange.readers import Line
from bienvenue.interchange.record import Record, read
from bienvenue.user import User

BATCH = 500
MOST_SHOWN = 100  # faults that are kept to be told; the rest are counted

Lines = Callable[[], Iterator[Line]]


@dataclass(slots=True)
class Report:
    """What a file holds: accounts, those there are already, and faults.

    ``shown`` are the first faults, each with its line's number.
    """

    new: int = 0
    known: int = 0
    faults: int = 0
    shown: list[tuple[int, str]] = field(default_factory=list)

    def note(self, number: int, reason: str) -> None:
        """Count a fault, and keep it if it is among the first."""
        self.faults += 1
        if len(self.shown) < MOST_SHOWN:
            self.shown.append((number, reason))


def examine(db: DB, lines: Lines) -> Report:
    """Read a whole file and say what bringing it in would do."""
    report = Report()
    for batch in _batches(lines, report):
        keys = [address.key(record.email) for record in batch]
        known = db.read(partial(_known, keys))
        report.known += len(known)
        report.new += len(batch) - len(known)
    return report


def bring_in(db: DB, lines: Lines) -> int:
    """Add the accounts that are not there, in one transaction.

    Returns how many.  Those that are there are left as they are.  Raises
    ``EmailTaken`` when somebody registered one of them meanwhile: nothing
    is added then.
    """

    def add(unit: orm.Session) -> int:
        added = 0
        for batch in _batches(lines, Report()):
            keys = [address.key(record.email) for record in batch]
            known = _known(keys, unit)
            rows = [
                asdict(record) | {"email_key": key}
                for record, key in zip(batch, keys, strict=True)
                if key not in known
            ]
            if rows:
                unit.execute(insert(User), rows)
            added += len(rows)
        audit.record(unit, Event.USERS_IMPORTED, count=added)
        return added

    try:
        return db.write(add)
    except IntegrityError:
        raise EmailTaken("of the file") from None


def _batches(lines: Lines, report: Report) -> Iterator[Sequence[Record]]:
    """Yield the sound accounts of a file; note what is not sound."""
    seen: set[bytes] = set()
    batch: list[Record] = []
    for number, members in lines():
        if isinstance(members, str):
            report.note(number, members)
            continue
        try:
            record = read(members)
        except ValueError as error:
            report.note(number, str(error))
            continue
        # A digest is a fraction of an address, and a file may hold millions.
        key = hashlib.sha256(address.key(record.email).encode()).digest()[:16]
        if key in seen:
            report.note(number, "email: stands on an earlier line as well")
            continue
        seen.add(key)
        batch.append(record)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _known(keys: Sequence[str], unit: orm.Session) -> set[str]:
    return set(
        unit.scalars(select(User.email_key).where(User.email_key.in_(keys)))
    )
