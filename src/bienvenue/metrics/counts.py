"""Numbers that one process writes and all may read.

Each process writes a file of its own, mapped into memory: to count is to
add to a double there, which costs no system call.  Whoever reads adds all
files up.  A file is locked by the process that writes it; one whose
process has ended is taken over by the next, numbers and all, so counters
never go back, and there are as many files as there ever were processes at
once.
"""

import fcntl
import mmap
import os
from collections.abc import Iterator, Sequence
from itertools import count
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from bienvenue import forking
from bienvenue.metrics.shape import Layout

_DOUBLE = 8


class Reading(NamedTuple):
    """The numbers of all processes, added up, and how many live.

    A gauge is the sum over those that live.
    """

    numbers: list[float]
    processes: int


class Counts:
    """The numbers of this process; safe to share between threads."""

    def __init__(self, layout: Layout, folder: Path | None = None) -> None:
        """Count in a file of this folder, or in memory of one's own.

        Raises ``OSError`` for a folder that cannot be written to.
        """
        self._layout, self._folder = layout, folder
        self._descriptor = -1
        self._take()
        forking.watch(self)

    def add(self, place: int, by: float = 1.0) -> None:
        """Add to a number."""
        with self._lock:
            self._numbers[place] += by

    def put(self, place: int, value: float) -> None:
        """Replace a number."""
        self._numbers[place] = value

    def record(self, place: int, bucket: int, seconds: float) -> None:
        """Count a duration in a bucket of the histogram at that place.

        Its sum stands first, and its buckets behind it.
        """
        with self._lock:
            self._numbers[place] += seconds
            self._numbers[place + 1 + bucket] += 1.0

    def add_timed(
        self, counter: int, place: int, bucket: int, seconds: float
    ) -> None:
        """Do ``add`` and ``record`` as one."""
        with self._lock:
            self._numbers[counter] += 1.0
            self._numbers[place] += seconds
            self._numbers[place + 1 + bucket] += 1.0

    def begin_anew(self) -> None:
        """Leave the file to the process that this one was forked from.

        Its lock goes with whoever opened it last, so this process lets go
        of what it has inherited, and does not unlock it.
        """
        self._let_go()
        self._take()

    def read(self) -> Reading:
        """Return the numbers of all processes that count in the folder."""
        if self._folder is None:
            return Reading(list(self._numbers), 1)
        return read(self._layout, self._folder)

    def close(self) -> None:
        """Write no more; the next process goes on where this one ended."""
        for place in self._layout.gauges:
            self._numbers[place] = 0.0
        if self._descriptor >= 0:
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = -1

    def _let_go(self) -> None:
        self._numbers.release()
        self._map.close()
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def _take(self) -> None:
        self._lock = Lock()
        length = self._layout.size * _DOUBLE
        if self._folder is None:
            self._map = mmap.mmap(-1, length)
        else:
            self._descriptor = _first_free(self._layout, self._folder)
            os.ftruncate(self._descriptor, length)
            self._map = mmap.mmap(self._descriptor, length)
        self._numbers = memoryview(self._map).cast("d")
        for place in self._layout.gauges:
            self._numbers[place] = 0.0


def read(layout: Layout, folder: Path) -> Reading:
    """Return the numbers of all processes that count, or counted, there."""
    sums, living = [0.0] * layout.size, 0
    for numbers, lives in _files(layout, folder):
        living += lives
        for place, number in enumerate(numbers):
            if number and (lives or place not in layout.gauges):
                sums[place] += number
    return Reading(sums, living)


def _files(
    layout: Layout, folder: Path
) -> Iterator[tuple[Sequence[float], bool]]:
    length = layout.size * _DOUBLE
    for file in sorted(folder.glob(f"{layout.stamp}-*.counts")):
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
        try:
            content = os.pread(descriptor, length, 0)
            if len(content) == length:  # else one that has just begun
                yield memoryview(content).cast("d"), _is_held(descriptor)
        finally:
            os.close(descriptor)


def _is_held(descriptor: int) -> bool:
    """Tell whether a process that lives writes the file."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _first_free(layout: Layout, folder: Path) -> int:
    """Return the first file that nobody writes, opened and locked."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    for number in count():
        file = folder / f"{layout.stamp}-{number}.counts"
        descriptor = os.open(file, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            continue
        return descriptor
    raise AssertionError
