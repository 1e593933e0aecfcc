"""Several worker processes."""

import json
import os
import signal
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.server.support import PATIENCE, read_all
from tests.server.test_process import Start, start

__all__ = ["start"]


def children(process: "subprocess.Popen[Any]") -> set[int]:
    """Return the process ids of a service's workers."""
    pid = process.pid
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    named = {int(one): Path(f"/proc/{one}/cmdline") for one in found}
    return {
        one
        for one, path in named.items()
        if b"resource_tracker" not in path.read_bytes()
    }


def gone(pid: int) -> bool:
    """Return True when no such process runs."""
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (ProcessLookupError, FileNotFoundError):
        return True
    return stat.rpartition(")")[2].split()[0] == "Z"


def await_gone(pid: int) -> None:
    """Return when no such process runs."""
    while not gone(pid):
        os.sched_yield()


def kill(pid: int) -> None:
    """Kill a worker of ours, and wait until it is dead."""
    os.kill(pid, signal.SIGKILL)
    await_gone(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_workers_serve_and_end(start: Start, number: signal.Signals) -> None:
    service = start(host="localhost", workers=2).await_ready()
    workers = children(service.process)
    assert len(workers) == 2
    assert int(service.get()) in workers
    service.process.send_signal(number)
    assert service.end() == (0, "")
    assert all(gone(worker) for worker in workers)


def test_workers_say_that_they_are_several(start: Start) -> None:
    service = start(workers=2).await_ready()
    head = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with service.connect(head) as sock:
        assert b"\r\nx-multi: True\r\n" in read_all(sock)


def test_a_worker_that_ends_is_replaced(start: Start) -> None:
    service = start(workers=2).await_ready()
    before = children(service.process)
    victim = int(service.get())
    kill(victim)
    # The other one, or the new one, answers all the time.
    seen = {int(service.get()) for _ in range(20)}
    assert seen
    assert victim not in seen
    while len(children(service.process) - {victim}) < 2:
        service.get()
    (new,) = children(service.process) - before
    survivor = (before - {victim}).pop()
    kill(survivor)
    # Its connections wait in the shared socket for the new worker.
    assert int(service.get()) == new
    service.process.send_signal(signal.SIGTERM)
    status, logged = service.end()
    assert status == 0
    assert f"worker {victim} ended with -9 and is replaced" in logged
    assert "Traceback" not in logged


@pytest.mark.requirement("V16.5.4")
def test_a_thousand_faults_end_no_worker(start: Start) -> None:
    service = start(workers=2).await_ready()
    before = children(service.process)
    errors = service.process.stderr
    assert errors is not None
    logged: list[str] = []
    # Read all along: a full pipe would stop who writes to it.
    reader = threading.Thread(target=lambda: logged.extend(errors))
    reader.start()
    answers = {service.get(f"/fail?{number}") for number in range(1000)}
    assert {json.loads(each)["code"] for each in answers} == {
        "internal_error"
    }
    assert children(service.process) == before
    assert int(service.get()) in before
    service.process.send_signal(signal.SIGTERM)
    assert service.process.wait(PATIENCE) == 0
    reader.join(PATIENCE)
    assert sum("the application raised" in each for each in logged) == 1000


def test_workers_that_cannot_start(start: Start) -> None:
    status, logged = start(workers=2, broken=True).end()
    assert status == 1
    assert "the worker cannot start: the settings are wrong" in logged
    assert "a worker process could not start" in logged
    assert "Traceback" not in logged


def test_workers_do_not_outlive_their_watcher(start: Start) -> None:
    service = start(workers=2).await_ready()
    workers = children(service.process)
    assert len(workers) == 2
    service.process.kill()
    service.process.wait()
    service.await_closed()
    for worker in workers:
        await_gone(worker)
    assert all(map(gone, workers))
