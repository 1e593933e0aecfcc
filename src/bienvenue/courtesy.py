"""How a thread of long work lets all others go first.

What keeps a core busy for long can wait for what takes a moment; by default
a system divides its cores evenly, and a moment's work waits for its turn.
"""

import os
import sys
import threading
from contextlib import suppress

NICE = 10
"""How much nicer than its process such a thread is (setpriority)."""


def give_way(*, wholly: bool = False) -> None:
    """Have the system prefer whoever else wants to run to this thread.

    On Linux, where a thread has a priority of its own; elsewhere that would
    be the whole process's.  One that gives way ``wholly`` has the policy
    SCHED_IDLE (sched(7)): whoever wakes up takes its core at once, instead
    of at the end of a slice, and looks for such a core first.  Where others
    keep all cores busy it hardly runs, so some thread must not give way
    wholly.  Neither asks for a privilege; neither can be taken back.
    """
    if sys.platform != "linux":
        return
    thread = threading.get_native_id()
    with suppress(OSError):  # some sandboxes forbid even that
        own = os.getpriority(os.PRIO_PROCESS, thread)
        os.setpriority(os.PRIO_PROCESS, thread, own + NICE)
        usual = {os.SCHED_OTHER, os.SCHED_BATCH}  # see server/pace.py
        if wholly and os.sched_getscheduler(thread) in usual:
            os.sched_setscheduler(thread, os.SCHED_IDLE, os.sched_param(0))
