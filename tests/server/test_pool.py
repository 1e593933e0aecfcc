"""Threads that are made when they are needed."""

import threading

from bienvenue.server.pool import Pool

PATIENCE = 30.0


class Work:
    """Jobs that are events: each is begun, and ends when it is set."""

    def __init__(self) -> None:
        self.begun: list[threading.Event] = []
        self.threads: set[int] = set()
        self._news = threading.Condition()

    def __call__(self, job: threading.Event) -> None:
        with self._news:
            self.begun.append(job)
            self.threads.add(threading.get_ident())
            self._news.notify_all()
        assert job.wait(PATIENCE)

    def wait_for(self, count: int) -> bool:
        """Wait until so many were begun."""
        with self._news:
            return self._news.wait_for(
                lambda: len(self.begun) >= count, PATIENCE
            )


def test_jobs_one_after_the_other_need_one_thread() -> None:
    ended = threading.Semaphore(0)
    pool: Pool[int] = Pool(
        lambda _job: ended.release(), threads=8, waiting=100
    )
    assert len(pool._threads) == 0
    for number in range(50):
        assert pool.submit(number)
        assert ended.acquire(timeout=PATIENCE)
        # It says that it is idle just after the work.
        for _ in range(1000):
            if pool._idle:
                break
            threading.Event().wait(0.01)
    assert len(pool._threads) == 1
    pool.close(PATIENCE)


def test_jobs_at_once_have_a_thread_each_up_to_the_most() -> None:
    work = Work()
    pool: Pool[threading.Event] = Pool(work, threads=3, waiting=10)
    jobs = [threading.Event() for _ in range(5)]
    for job in jobs:
        assert pool.submit(job)
    assert work.wait_for(3), "none waits while there may be more threads"
    assert len(pool._threads) == 3
    assert len(work.begun) == 3
    for job in jobs:
        job.set()
    assert work.wait_for(5)
    more = threading.Event()
    more.set()
    for number in range(20):
        assert pool.submit(more)
        assert work.wait_for(6 + number)
    pool.close(PATIENCE)
    assert len(pool._threads) == 3
    assert len(work.threads) == 3
    assert not any(thread.is_alive() for thread in pool._threads)


def test_beyond_the_queue_a_job_is_refused() -> None:
    work = Work()
    pool: Pool[threading.Event] = Pool(work, threads=1, waiting=2)
    jobs = [threading.Event() for _ in range(4)]
    assert pool.submit(jobs[0])
    assert work.wait_for(1)
    assert pool.submit(jobs[1])
    assert pool.submit(jobs[2])
    assert not pool.submit(jobs[3])
    for job in jobs:
        job.set()
    assert work.wait_for(3)
    pool.close(PATIENCE)
    assert jobs[3] not in work.begun
