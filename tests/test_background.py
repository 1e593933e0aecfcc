"""One thread does the work, and outlives what goes wrong in it."""

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from bienvenue.background import Background

SOON = 10.0  # seconds a test waits for what happens at once


class Work:
    """Counts its runs, and lets a test hold one of them."""

    def __init__(self) -> None:
        self.runs = 0
        self.threads: set[int] = set()
        self.ran = threading.Semaphore(0)
        self.go_on = threading.Event()
        self.go_on.set()
        self.error: Exception | None = None

    def __call__(self) -> None:
        self.runs += 1
        self.threads.add(threading.get_ident())
        self.ran.release()
        assert self.go_on.wait(SOON)
        if self.error is not None:
            raise self.error


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def background(work: Work) -> Iterator[Background]:
    background = Background("a name", work)
    yield background
    work.go_on.set()
    background.stop()


def alive() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name == "a name"]


def test_there_is_no_thread_before_the_first_wake(
    background: Background, work: Work
) -> None:
    assert alive() == []
    background.wake()
    assert work.ran.acquire(timeout=SOON)
    assert len(alive()) == 1
    assert alive()[0].daemon


def test_the_work_is_done_elsewhere_and_by_one_thread(
    background: Background, work: Work
) -> None:
    for _ in range(3):
        background.wake()
        assert work.ran.acquire(timeout=SOON)
    assert len(work.threads) == 1
    assert threading.get_ident() not in work.threads


def test_many_that_wake_it_at_once_start_one_thread(
    background: Background, work: Work
) -> None:
    barrier = threading.Barrier(20)

    def wake() -> None:
        barrier.wait(SOON)
        background.wake()

    threads = [threading.Thread(target=wake) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    assert work.ran.acquire(timeout=SOON)
    assert len(alive()) == 1
    background.stop()
    assert len(work.threads) == 1


def test_wakes_during_a_run_are_made_up_for_by_one_more(
    background: Background, work: Work
) -> None:
    work.go_on.clear()
    background.wake()
    assert work.ran.acquire(timeout=SOON)
    for _ in range(50):
        background.wake()
    work.go_on.set()
    assert work.ran.acquire(timeout=SOON)
    background.wake()  # by now the fifty are used up
    assert work.ran.acquire(timeout=SOON)
    assert work.runs == 3


def test_an_exception_is_logged_by_its_type_and_the_thread_goes_on(
    background: Background, work: Work, caplog: pytest.LogCaptureFixture
) -> None:
    work.error = LookupError("a secret")
    with caplog.at_level(logging.DEBUG):
        background.wake()
        assert work.ran.acquire(timeout=SOON)
        background.wake()
        assert work.ran.acquire(timeout=SOON)
        background.stop()
    assert "a name: LookupError" in caplog.messages
    assert "a secret" not in caplog.text
    assert len(work.threads) == 1


def test_it_runs_now_and_then_without_being_woken(work: Work) -> None:
    background = Background("a name", work, every=0.001)
    background.start()
    for _ in range(3):
        assert work.ran.acquire(timeout=SOON)
    background.stop()
    assert alive() == []
    assert work.runs >= 3


def test_it_begins_a_while_after_it_was_woken(work: Work) -> None:
    """And ends at once when told to, in that while too."""
    background = Background("a name", work, after=0.05)
    woken = time.monotonic()
    background.wake()
    assert work.ran.acquire(timeout=SOON)
    assert time.monotonic() - woken >= 0.05
    background.stop()
    patient = Background("a name", work, after=3600.0)
    patient.wake()
    patient.stop()
    assert alive() == []


def test_starting_twice_starts_once(
    background: Background, work: Work
) -> None:
    background.start()
    background.start()
    assert len(alive()) == 1
    assert work.runs == 0


def test_stopping_waits_for_the_work_in_hand(
    background: Background, work: Work
) -> None:
    work.go_on.clear()
    background.wake()
    assert work.ran.acquire(timeout=SOON)
    stopper = threading.Thread(target=background.stop)
    stopper.start()
    stopper.join(0.02)
    assert stopper.is_alive()
    assert background.stopping
    work.go_on.set()
    stopper.join(SOON)
    assert not stopper.is_alive()
    assert alive() == []


def test_after_the_end_nothing_starts_again(
    background: Background, work: Work
) -> None:
    assert not background.stopping
    background.stop()
    background.stop()
    background.start()
    background.wake()
    assert background.stopping
    assert alive() == []
    assert work.runs == 0
