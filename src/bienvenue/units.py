"""Units of work: whole or not at all, run again when that helps.

A unit that is cut off before its commit has done nothing, and is run again.
One whose commit was asked for and not answered is in doubt.  What it put at
the end of the audit log is then its receipt: whoever finds it there knows
that the unit is committed, and whoever does not runs it again.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from threading import Lock
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import Engine, orm
from sqlalchemy.exc import DBAPIError

from bienvenue import audit, faults, observing
from bienvenue.engine import READ_ONLY
from bienvenue.errors import BienvenueError
from bienvenue.observing import Tally

T = TypeVar("T")
Work = Callable[[orm.Session], T]


class Done(NamedTuple, Generic[T]):
    """What a unit returned, and what it recorded on the way."""

    result: T
    recorded: audit.Recorded


class Units:
    """Runs units in transactions of one engine; safe between threads."""

    def __init__(
        self, engine: Engine, info: Callable[[], Mapping[Any, Any]]
    ) -> None:
        """Give each unit that writes the ``info`` there is when it begins."""
        self._engine, self._info = engine, info
        self._readers = engine.execution_options(**{READ_ONLY: True})
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget who writes: that is in another process."""
        # SQLite lets writers wait in no order; a lock in front of it does.
        lite = self._engine.name == "sqlite"
        self._writing: AbstractContextManager[object] = (
            Lock() if lite else nullcontext()
        )

    def look(self, work: Work[T]) -> T:
        """Run a unit that writes nothing, once."""
        with orm.Session(self._readers, expire_on_commit=False) as unit:
            return work(unit)

    def read(self, work: Work[T]) -> T:
        """Run a unit that writes nothing, again if it is cut off."""
        patience = faults.Patience()
        while True:
            try:
                return self.look(work)
            except DBAPIError as error:
                if not patience.allows(error):
                    raise
                observing.tell(Tally.DB_RETRIED)

    def write(self, work: Work[T]) -> T:
        """Run a unit and commit it whole, again if that is sure to be right.

        An unanswered commit of a unit that recorded nothing is not tried
        again: nobody could tell what became of it.
        """
        patience = faults.Patience()
        doubts: list[Done[T]] = []
        while True:
            try:
                done = self._settled(work, doubts)
            except DBAPIError as error:
                unknown = bool(doubts) and not doubts[-1].recorded
                if unknown or not patience.allows(error):
                    raise
                observing.tell(Tally.DB_RETRIED)
            else:
                audit.tell(done.recorded)
                return done.result

    def _settled(self, work: Work[T], doubts: list[Done[T]]) -> Done[T]:
        """Run a unit once; what it is refused may be its own doing."""
        try:
            with self._writing:
                return self._landed(doubts) or self._once(work, doubts)
        except BienvenueError:
            landed = self._landed(doubts)
            if landed is None:
                raise
            return landed

    def _once(self, work: Work[T], doubts: list[Done[T]]) -> Done[T]:
        with orm.Session(
            self._engine, expire_on_commit=False, info=dict(self._info())
        ) as unit:
            result = work(unit)
            done = Done(result, audit.seal(unit))
            unit.flush()
            # By now an earlier attempt that was still under way has ended:
            # both wait for the same rows.
            landed = _landed(unit, doubts)
            if landed is not None:
                unit.rollback()
                return self._made_good(landed)
            try:
                unit.commit()
            except DBAPIError as error:
                if faults.is_lost(error):
                    doubts.append(done)
                raise
            return done

    def _landed(self, doubts: Sequence[Done[T]]) -> Done[T] | None:
        """Return the attempt whose commit is there after all, made good."""
        if not doubts:
            return None
        landed = self.read(lambda unit: _landed(unit, doubts))
        return None if landed is None else self._made_good(landed)

    def _made_good(self, landed: Done[T]) -> Done[T]:
        """Wait until a commit that is there is as safe as one answered.

        This server may be the only one that has it, if the wait for others
        was cut off.  Another commit waits for them, and for all before it.
        """
        with orm.Session(self._engine) as unit:
            audit.hold_end(unit, landed.recorded)
            unit.commit()
        return landed


def _landed(unit: orm.Session, doubts: Sequence[Done[T]]) -> Done[T] | None:
    """Return the attempt whose commit is there after all, if one's is."""
    for done in doubts:
        if audit.is_kept(unit, done.recorded):
            return done
    return None
