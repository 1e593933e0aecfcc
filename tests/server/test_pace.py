"""Threads let each other finish while there is much to do."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from bienvenue import hard_work
from bienvenue.server import pace
from bienvenue.server.pace import MANY, Pace

pytestmark = pytest.mark.skipif(
    sys.platform != "linux", reason="a Linux ability"
)

# In a process of its own: this one's threads stay as they are.
BEGIN = """
import asyncio, os, threading
from bienvenue.server import Bridge
from bienvenue.server.pace import EVERY, MANY, choose

def policies():
    threads = map(int, os.listdir("/proc/self/task"))
    return {os.sched_getscheduler(each) for each in threads}

end = threading.Event()
threading.Thread(target=end.wait).start()
os.setpriority(os.PRIO_PROCESS, 0, 5)
"""
CHOOSE = """
choose(in_batches=True)
print(policies() == {os.SCHED_BATCH})
choose(in_batches=False)
print(policies() == {os.SCHED_OTHER})
print(os.getpriority(os.PRIO_PROCESS, 0))
end.set()
"""
SERVE = """
class Request:
    method, proto = "GET", "http"
    def response_bytes(self, *answer):
        pass

async def main():
    bridge = Bridge(None, threads=1, door=lambda _: (200, [], b""))
    bridge.__rsgi_init__(asyncio.get_running_loop())
    for _ in range(MANY):
        await bridge.__rsgi__(Request(), Request())
    print(policies() == {os.SCHED_OTHER})
    await asyncio.sleep(EVERY * 1.5)
    print(policies() == {os.SCHED_BATCH})
    await asyncio.sleep(EVERY * 2)
    print(policies() == {os.SCHED_OTHER})
    bridge.close(1)

asyncio.run(main())
end.set()
"""


class Clockwork:
    """Stands for a loop whose timers are run by hand."""

    def __init__(self) -> None:
        self.waits: list[Callable[[], None]] = []

    def call_later(
        self, _after: float, act: Callable[..., None], *given: Any
    ) -> None:
        self.waits.append(lambda: act(*given))

    def turn(self) -> None:
        """Let the time go by until the next timer."""
        self.waits.pop(0)()


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """What was chosen, in place of choosing it."""
    found: list[bool] = []
    monkeypatch.setattr(
        pace, "choose", lambda *, in_batches: found.append(in_batches)
    )
    return found


@pytest.fixture
def loop() -> Any:
    return Clockwork()


def test_a_full_house_and_an_empty_one(loop: Any, chosen: list[bool]) -> None:
    watched = Pace()
    for came, wanted in ((MANY - 1, []), (MANY, [True]), (MANY, [True])):
        watched.came += came
        if not watched.looks:
            watched.begin(loop)
        loop.turn()
        assert chosen == wanted
    loop.turn()  # nobody came
    assert chosen == [True, False]
    assert not watched.looks
    assert loop.waits == []


def test_a_hash_is_waited_for_by_nobody(loop: Any, chosen: list[bool]) -> None:
    watched = Pace()
    watched.begin(loop)
    watched.came = MANY
    with hard_work.at_work():
        loop.turn()
        assert chosen == []
    watched.came = MANY
    loop.turn()
    watched.came = MANY
    with hard_work.at_work():
        loop.turn()
    assert chosen == [True, False]


@pytest.mark.parametrize(
    ("program", "said"),
    [(CHOOSE, ["True", "True", "5"]), (SERVE, ["True"] * 3)],
)
def test_every_thread_of_the_process(program: str, said: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BEGIN + program],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stdout.split() == said


def test_a_system_that_refuses_to_say_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refused(_: int) -> int:
        raise OSError(errno.ENOSYS, "musl")

    monkeypatch.setattr(os, "sched_getscheduler", refused)
    assert Pace().looks  # as if it looked already: it never begins


def test_what_an_operator_chose_is_left_alone() -> None:
    program = (
        "import os; os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))"
        "\nfrom bienvenue.server.pace import Pace; print(Pace().looks)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert said == "True\n"  # as if it looked already: it never begins
