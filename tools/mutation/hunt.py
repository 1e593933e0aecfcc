"""One run: copies, the tests without a fault, then one fault at a time."""

import queue
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tools.mutation import baseline, copies, targets
from tools.mutation.baseline import Baseline, TestsFail
from tools.mutation.hunter import Hunter, Prey
from tools.mutation.operators import mutants
from tools.mutation.places import Mutant
from tools.mutation.record import Result, Survivor, digest
from tools.mutation.targets import Target

Say = Callable[[str], None]
Keep = Callable[[str, Result], None]


class Hunt:
    """Everything that is looked for in one run."""

    def __init__(
        self, wanted: list[Target], revision: str, say: Say, keep: Keep
    ) -> None:
        """Look into these modules, as they are in the work tree.

        ``keep`` is given each module's result as soon as it is there.
        """
        self._targets, self._revision = wanted, revision
        self._say, self._keep = say, keep
        self._open: queue.SimpleQueue[tuple[Prey, Mutant]] = (
            queue.SimpleQueue()
        )
        self._lock = threading.Lock()
        self._faults: list[BaseException] = []
        self._seconds: dict[str, float] = {}

    def run(self, jobs: int) -> None:
        """Look for every fault; raises ``TestsFail``."""
        with copies.folder() as folder:
            first = folder / "0"
            copies.checkout(first)
            files = sorted({test for t in self._targets for test in t.tests})
            self._say("the tests without a fault ...")
            known = baseline.run(
                first,
                [str(each.path) for each in self._targets],
                files,
                targets.left_out(),
            )
            self._seconds = known.seconds
            for number in range(1, jobs):
                copies.another(first, folder / str(number))
            places = [folder / str(number) for number in range(jobs)]
            self._all(places, known)

    def _all(self, places: list[Path], known: Baseline) -> None:
        every = [
            self._prey(target, places[0], known) for target in self._targets
        ]
        hunters = [Hunter(place) for place in places]
        try:
            for prey in every:
                self._control(hunters[0], prey)
                found = mutants(prey.source)
                for mutant in found:
                    self._open.put((prey, mutant))
                threads = [
                    threading.Thread(target=self._work, args=(hunter,))
                    for hunter in hunters
                ]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                if self._faults:
                    raise self._faults[0]
                prey.result.survivors.sort(key=lambda one: one.line)
                self._say(_told(prey))
                self._keep(prey.target.name, prey.result)
        finally:
            for hunter in hunters:
                hunter.close()

    def _prey(self, target: Target, copy: Path, known: Baseline) -> Prey:
        # As it was copied: the work tree may have changed meanwhile.
        source = (copy / target.path).read_text("utf-8")
        return Prey(
            target,
            source,
            Result(digest(source), self._revision),
            [node for node in known.seconds if target.holds(node)],
            known.covering[str(target.path)],
            Counter(),
        )

    def _control(self, hunter: Hunter, prey: Prey) -> None:
        """Make sure that the tests pass here when there is no fault."""
        tests = sorted(prey.tests)
        seconds = sum(self._seconds[test] for test in tests)
        answer = hunter.judge(prey.target, prey.source, tests, seconds)
        if answer["verdict"] != "survived":
            raise TestsFail(f"without a fault: {prey.target.name}, {answer}")

    def _work(self, hunter: Hunter) -> None:
        try:
            while not self._faults:
                try:
                    prey, mutant = self._open.get_nowait()
                except queue.Empty:
                    return
                self._judge(hunter, prey, mutant)
        except BaseException as fault:  # noqa: BLE001  # raised by run
            self._faults.append(fault)

    def _judge(self, hunter: Hunter, prey: Prey, mutant: Mutant) -> None:
        with self._lock:
            tests = prey.tests_of(mutant, self._seconds)
        answer = {"verdict": "survived", "killer": ""}
        if tests:
            seconds = sum(self._seconds[test] for test in tests)
            source = mutant.into(prey.source)
            answer = hunter.judge(prey.target, source, tests, seconds)
        with self._lock:
            self._count(prey, mutant, answer)

    def _count(
        self, prey: Prey, mutant: Mutant, answer: dict[str, Any]
    ) -> None:
        result = prey.result
        match answer["verdict"]:
            case "killed":
                result.killed += 1
                prey.killers[answer["killer"]] += 1
            case "timeout":
                result.timeouts += 1
            case "stillborn":
                result.stillborn += 1
            case _:
                before, after = mutant.change(prey.source)
                line = prey.source.count("\n", 0, mutant.start) + 1
                result.survivors.append(
                    Survivor(mutant.scope, line, before, after)
                )
                self._say(
                    f"survived: {prey.target.name}:{line}\n"
                    f"  - {before}\n  + {after}"
                )


def _told(prey: Prey) -> str:
    result = prey.result
    return (
        f"{prey.target.name}: {result.percent:.1f} % of {result.mutants}"
        f" noticed, {len(result.survivors)} survived, {result.timeouts} timed"
        f" out, {result.stillborn} not loaded"
    )
