"""Numbers that several processes write, and one adds up."""

import os
import threading
from pathlib import Path

import pytest

from bienvenue.metrics.counts import Counts, read
from bienvenue.metrics.shape import Layout, Metric

LAYOUT = Layout(
    [
        Metric("a_total", "A."),
        Metric("b", "B.", "gauge"),
        Metric("c_seconds", "C.", "histogram", bounds=(0.1, 1.0)),
    ]
)
A, B, C = (LAYOUT.places[name, ()] for name in ("a_total", "b", "c_seconds"))


def test_threads_lose_no_count() -> None:
    counts = Counts(LAYOUT)

    def work() -> None:
        for _ in range(20_000):
            counts.add(A)
            counts.add_timed(A, C, 1, 0.5)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers, processes = counts.read()
    assert numbers[A] == 240_000
    assert numbers[C:] == [60_000, 0, 120_000, 0]
    assert processes == 1


def test_what_processes_count_is_added_up(tmp_path: Path) -> None:
    mine, others = Counts(LAYOUT, tmp_path), Counts(LAYOUT, tmp_path)
    mine.add(A, 2)
    others.add(A, 3)
    mine.add(B, 1)
    others.add(B, 5)
    mine.record(C, 2, 1.5)
    assert mine.read() == ([5, 6, 1.5, 0, 0, 1], 2)
    assert read(LAYOUT, tmp_path) == mine.read()
    mine.close()
    others.close()


def test_what_ended_still_counts_and_holds_nothing(tmp_path: Path) -> None:
    ended = Counts(LAYOUT, tmp_path)
    ended.add(A, 3)
    ended.add(B, 5)
    ended.close()
    assert read(LAYOUT, tmp_path) == ([3, 0, 0, 0, 0, 0], 0)
    after = Counts(LAYOUT, tmp_path)
    after.add(A)
    assert read(LAYOUT, tmp_path) == ([4, 0, 0, 0, 0, 0], 1)
    assert len(list(tmp_path.iterdir())) == 1, "the file was taken over"
    after.close()


def test_what_was_killed_still_counts(tmp_path: Path) -> None:
    started, told = os.pipe()
    child = os.fork()
    if child == 0:
        counts = Counts(LAYOUT, tmp_path)
        counts.add(A, 7)
        counts.add(B, 7)
        os.write(told, b"!")
        os.kill(os.getpid(), 9)
    assert os.read(started, 1) == b"!"
    os.waitpid(child, 0)
    os.close(started)
    os.close(told)
    assert read(LAYOUT, tmp_path) == ([7, 0, 0, 0, 0, 0], 0)


def test_a_forked_child_counts_for_itself(tmp_path: Path) -> None:
    counts = Counts(LAYOUT, tmp_path)
    counts.add(A)
    started, told = os.pipe()
    ending, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        counts.add(A, 10)
        os.write(told, b"!")
        os.read(ending, 1)
        os._exit(0)
    assert os.read(started, 1) == b"!"
    assert counts.read().numbers[A] == 11
    assert counts.read().processes == 2
    counts.close()
    assert counts.read().processes == 1, "the child holds its own file only"
    os.close(end)
    os.waitpid(child, 0)
    assert read(LAYOUT, tmp_path).numbers[A] == 11
    for descriptor in (started, told, ending):
        os.close(descriptor)


def test_another_layout_is_kept_apart(tmp_path: Path) -> None:
    other = Layout([Metric("z_total", "Z.")])
    assert other.stamp != LAYOUT.stamp
    mine, others = Counts(LAYOUT, tmp_path), Counts(other, tmp_path)
    mine.add(A)
    others.add(0, 9)
    assert mine.read().numbers[A] == 1
    mine.close()
    others.close()


def test_the_files_are_their_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    counts = Counts(LAYOUT, folder)
    assert folder.stat().st_mode & 0o777 == 0o700
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    counts.close()


def test_a_folder_that_is_none_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="exists"):
        Counts(LAYOUT, tmp_path / "file")
