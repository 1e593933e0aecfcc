"""This machine: its cores, what else runs on them, and what it is."""

import os
import platform
import re
import resource
import shutil
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

_TICK = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")
_LIBRARIES = ("bienvenue", "bcrypt", "Flask", "granian", "SQLAlchemy")
# Fields of /proc/stat that are somebody's work: user, nice, system, and
# steal, which is another virtual machine's.  Interrupts serve us too.
_WORK = (1, 2, 3, 8)


class Unsuitable(Exception):
    """This machine cannot run the benchmark; the text says why."""


def cores() -> tuple[int, int]:
    """Return the core for the server and the one for the load.

    Raises ``Unsuitable``.
    """
    if not (_PROC / "stat").exists() or not shutil.which("taskset"):
        raise Unsuitable("the benchmark needs Linux and taskset (util-linux)")
    mine = sorted(os.sched_getaffinity(0))
    if len(mine) < 2:
        raise Unsuitable("the benchmark needs two cores, one for the load")
    return mine[0], mine[1]


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process and its children so far."""
    total, waiting = 0, [pid]
    while waiting:
        place = _PROC / str(waiting.pop())
        try:
            fields = (place / "stat").read_text().rpartition(")")[2].split()
            for task in (place / "task").iterdir():
                found = (task / "children").read_text().split()
                waiting += map(int, found)
        except (FileNotFoundError, ProcessLookupError):
            continue  # it has just ended
        total += int(fields[11]) + int(fields[12])
    return total / _TICK


def own_seconds() -> float:
    """Return the CPU time of this process and of children that ended."""
    used = map(
        resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    return sum(one.ru_utime + one.ru_stime for one in used)


def busy_seconds() -> dict[int, float]:
    """Return, for each core, the time that anybody has used so far."""
    found = {}
    for line in (_PROC / "stat").read_text().splitlines():
        name, *_ = fields = line.split()
        if name.startswith("cpu") and name != "cpu":
            used = sum(int(fields[index]) for index in _WORK)
            found[int(name[3:])] = used / _TICK
    return found


@dataclass(frozen=True)
class Share:
    """Cores whose work should be ours: the server's, this process's.

    A measurement counts as disturbed when others take more than ``limit``
    of them, a part of one.
    """

    cores: Sequence[int]
    server: bool
    us: bool
    limit: float


class _Reading(NamedTuple):
    """All the meters at one moment, in seconds."""

    at: float
    server: float
    us: float
    busy: dict[int, float]


class Watch:
    """Over a ``with`` block, tells what server, we and others used."""

    def __init__(
        self,
        pid: int | None,
        shares: Sequence[Share],
        beside: Sequence[int] = (),
    ) -> None:
        """Watch the process ``pid`` and its children, if there is one.

        What the processes ``beside`` it and their children use counts as
        ours, and not as the server's.
        """
        self._pid, self._shares, self._beside = pid, shares, beside
        self.server_seconds = self.own_seconds = 0.0
        self.foreign: list[float] = []

    def _read(self) -> _Reading:
        server = cpu_seconds(self._pid) if self._pid else 0.0
        us = own_seconds() + sum(map(cpu_seconds, self._beside))
        return _Reading(time.monotonic(), server, us, busy_seconds())

    def __enter__(self) -> "Watch":
        """Begin."""
        self._before = self._read()
        return self

    def __exit__(self, *_: object) -> None:
        """End; ``foreign`` has the part of each share that others took."""
        before, after = self._before, self._read()
        lasted = after.at - before.at
        server, us = after.server - before.server, after.us - before.us
        self.server_seconds, self.own_seconds = server, us
        for share in self._shares:
            used = sum(
                after.busy[one] - before.busy[one] for one in share.cores
            )
            ours = server * share.server + us * share.us
            part = (used - ours) / (lasted * len(share.cores))
            self.foreign.append(round(max(0.0, part), 3))

    @property
    def disturbed(self) -> bool:
        """Whether others took more than they may."""
        pairs = zip(self.foreign, self._shares, strict=True)
        return any(part > share.limit for part, share in pairs)


def kernel(release: str) -> str:
    """Return a kernel's name and version, without what built it."""
    version_alone = re.match(r"\d+(?:\.\d+)*", release)
    name = platform.system()
    return f"{name} {version_alone[0]}" if version_alone else name


def facts() -> dict[str, str]:
    """Return what a reader needs to know to place the figures."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in (_PROC / "cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return {
        "processor": model,
        "cores": str(len(os.sched_getaffinity(0))),
        "kernel": kernel(platform.release()),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        **{name: version(name) for name in _LIBRARIES},
    }
