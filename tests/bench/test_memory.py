"""The measure of memory, on processes whose memory is known."""

import os
import subprocess
import sys

import pytest

from bench import memory
from bench.memory import Memory
from bench.servers import Failed

_MB = 1024 * 1024
# Takes so many MB, says so, and waits.
_PROGRAM = """
import subprocess, sys
held = bytearray(int(sys.argv[1]) * 1024 * 1024)
if len(sys.argv) > 2:
    child = subprocess.Popen([sys.executable, "-c", {again!r}, sys.argv[2]],
                             stdout=subprocess.PIPE, stdin=subprocess.PIPE)
    child.stdout.readline()
print("ready", flush=True)
sys.stdin.read()
"""
_ONE = _PROGRAM.format(again="")
_TWO = _PROGRAM.format(again=_ONE)


def of(*megabytes: str) -> Memory:
    """Return the memory of a program that takes so much, and its child."""
    with subprocess.Popen(
        [sys.executable, "-c", _TWO, *megabytes],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        found = memory.of_tree("it", process.pid)
        process.communicate()
    return found


def test_memory_of_a_whole_tree_is_counted() -> None:
    little, much, both = of("1"), of("101"), of("1", "51")
    assert little.processes == much.processes == 1
    assert both.processes == 2
    for name in ("pss", "own", "rss"):
        more = getattr(much, name) - getattr(little, name)
        assert 99 * _MB < more < 101 * _MB, name
    assert both.own - little.own > 51 * _MB
    for one in (little, much, both):
        assert one.own <= one.pss <= one.rss


def test_a_process_that_is_gone_is_said() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with pytest.raises(Failed, match=f"/proc/{gone.pid}"):
        memory.of_tree("it", gone.pid)


def test_the_verdict_is_about_the_idle_service() -> None:
    rows = [
        Memory("idle", 59 * _MB, 1, 1, 1),
        Memory("after use", 99 * _MB, 1, 1, 1),
    ]
    assert memory.verdict(rows) == "idle service: 59.0 MB (PSS), below 60 MB"
    assert "NOT below" in memory.verdict(rows[1:])
    assert "| idle | 59.0 MB | 0.0 MB |" in memory.table(rows, markdown=True)
    assert os.linesep in memory.table(rows, markdown=False)


def test_an_idle_service_is_small() -> None:
    """A ceiling that load does not move: pages nobody shares."""
    found = memory.measure(quick=True)
    assert [one.processes for one in found] == [1] * 4
    assert found[0].own < memory.AIM_MB * _MB
    assert found[1].own < (memory.AIM_MB + 15) * _MB
