"""Under load, threads that let each other finish.

A request passes three threads: Granian's that speaks HTTP, its other one that
knows Python, and the event loop's.  Each wakes the next, and Linux lets whom
it wakes go first, so that a full core spends a third of its time on changing
places.  With the policy SCHED_BATCH (sched(7)) a thread that is woken waits
until the other one rests, by when there are several requests to take along.

What wakes others up soon is right where there is little to do, and where a
hash keeps the cores busy: then no thread of ours should wait for it.
"""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

from bienvenue import hard_work

EVERY = 0.1
"""Seconds between two looks, while requests come."""

MANY = 200
"""Requests between two looks that make a full house: 2,000 a second."""

TURN = 0.0005
"""Seconds until a thread is asked for the interpreter that another one wants.

By Python's own measure, ten times as long, a session check waits until a
page or a login is made.
"""

_THREADS = Path("/proc/self/task")


class Pace:
    """Watches how much there is to do, and has the threads act on it.

    ``came`` is for the event loop's thread to count requests in; the first
    one after a rest calls ``begin``.  Does nothing on systems other than
    Linux, nor where the operator chose a policy.
    """

    def __init__(self) -> None:
        """Begin as every process does."""
        self.came = 0
        self.looks = not _can_choose()
        self.in_batches = False

    def begin(self, loop: asyncio.AbstractEventLoop) -> None:
        """Look again and again, until nobody comes any more."""
        self.looks = True
        loop.call_later(EVERY, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        came, self.came = self.came, 0
        wanted = came >= MANY and not hard_work.is_under_way()
        if wanted != self.in_batches:
            self.in_batches = wanted
            choose(in_batches=wanted)
        if came:
            loop.call_later(EVERY, self._look, loop)
        else:
            self.looks = False


def choose(*, in_batches: bool) -> None:
    """Have all threads of this process wait for each other, or not."""
    policy = os.SCHED_BATCH if in_batches else os.SCHED_OTHER
    usual = os.sched_param(0)
    for thread in _THREADS.iterdir():
        with suppress(OSError):  # it has ended, or a sandbox forbids it
            os.sched_setscheduler(int(thread.name), policy, usual)


def _can_choose() -> bool:
    if not hasattr(os, "SCHED_BATCH") or not _THREADS.is_dir():
        return False
    try:
        return os.sched_getscheduler(0) == os.SCHED_OTHER
    except OSError:  # musl knows the call and refuses it
        return False
