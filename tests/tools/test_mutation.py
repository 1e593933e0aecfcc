"""The mutation tester: its faults, its verdicts, and the page it left."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tools.mutation import record, report, targets
from tools.mutation.operators import mutants
from tools.mutation.record import Result, Survivor

ROOT = Path(__file__).resolve().parents[2]
FLOOR = 90


def changes(source: str) -> set[str]:
    return {each.change(source)[1] for each in mutants(source)}


# -- The faults ------------------------------------------------------------


@pytest.mark.parametrize(
    ("sound", "faulty"),
    [
        ("a < b", {"a <= b", "a >= b"}),
        ("a == b", {"a != b"}),
        ("a is None", {"a is not None"}),
        ("a and b", {"a or b", "(a)", "(b)"}),
        ("not a", {"(a)"}),
        ("a - 1", {"a + 1", "a - 2", "a - 0"}),
        ("f(a, b=c)", {"pass", "f(None, b=c)", "f(a)"}),
        ("x = [a, b]", {"x = None", "x = [b]", "x = [a]"}),
        ("x = a[2:]", {"x = None", "x = a[:]", "x = a[3:]", "x = a[1:]"}),
        ("x = True", {"x = False"}),
        ("x = 'y'", {"x = 'XXyXX'"}),
        ("raise A from None", {"pass", "raise A"}),
        ("def f(a=0) -> int: return a", {
            "def f(a=1) -> int: return a",
            "def f(a=0) -> int: return None",
        }),
        ("x = 'é' if a else b", {
            "x = None",
            "x = 'XXéXX' if a else b",
            "x = 'é' if not (a) else b",
        }),
    ],
)
def test_a_line_can_be_wrong_in_these_ways(
    sound: str, faulty: set[str]
) -> None:
    found = changes(sound)
    assert faulty <= found | ({"pass"} if sound.startswith("x") else set())
    assert sound not in found


def test_blocks_can_be_wrong_too() -> None:
    source = (
        "@cached\n"
        "def f():\n"
        "    with lock:\n"
        "        try:\n"
        "            return g()\n"
        "        except (A, B):\n"
        "            x += 1\n"
    )
    found = {each.into(source) for each in mutants(source)}
    for old, new in (
        ("@cached", ""),
        ("with lock", "if 1"),
        ("(A, B)", "()"),
        ("(A, B)", "(A)"),
        ("(A, B)", "(B)"),
        ("x += 1", "x -= 1"),
        ("x += 1", "x = 1"),
        ("return g()", "return None"),
    ):
        assert source.replace(old, new) in found


def test_what_does_nothing_is_left_alone() -> None:
    source = (
        '"""A docstring."""\n'
        "from a import b\n"
        "Answer = A | B\n"
        "def f(x: int | None) -> 'str':\n"
        '    """Another."""\n'
        "class P(Q):\n"
        "    x: int\n"
        "    def f(self): ...\n"
    )
    assert mutants(source) == []


def test_a_script_for_redis_can_be_wrong() -> None:
    source = "S = '''\nif a >= 1 then\n  redis.call('DEL', k)\nend\n'''"
    found = {each.into(source) for each in mutants(source)}
    assert source.replace(">=", ">") in found
    assert source.replace("1", "2") in found
    assert source.replace("  redis.call('DEL', k)", "") in found


@pytest.mark.parametrize("name", [each.name for each in targets.load()])
def test_every_fault_is_a_program(name: str) -> None:
    (target,) = targets.chosen([name])
    source, lines = target.source(), len(target.source().splitlines())
    found = mutants(source)
    assert found
    assert len({each.into(source) for each in found}) == len(found)
    for each in found:
        compile(each.into(source), target.name, "exec")
        assert each.into(source) != source
        assert 1 <= each.lines[0] <= each.lines[-1] <= lines


# -- The verdicts ----------------------------------------------------------

SOUND = "def double(x):\n    return 2 * x\n"
TEST = (
    "import thing\n"
    "def test_two(): assert thing.double(2) == 4\n"
    "def test_three(): assert thing.double(3) == 6\n"
)


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """A warm process over a project of one module and two tests."""
    (tmp_path / "thing.py").write_text(SOUND)
    (tmp_path / "test_thing.py").write_text(TEST)
    (tmp_path / "libraries").write_text('["json", "no_such_library"]')
    with subprocess.Popen(
        [sys.executable, "-m", "tools.mutation.warm", "libraries"],
        cwd=tmp_path,
        env={
            "PYTHONPATH": f"{ROOT}:{tmp_path}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()
        assert process.wait(30) in {0, 1}


def judge(
    process: subprocess.Popen[str], source: str, *tests: str
) -> dict[str, Any]:
    assert process.stdin
    assert process.stdout
    job = {
        "path": "thing.py",
        "module": "thing",
        "source": source,
        "tests": [f"test_thing.py::{test}" for test in tests],
        "cpu_seconds": 2,
        "wall_seconds": 30,
    }
    process.stdin.write(json.dumps(job) + "\n")
    process.stdin.flush()
    found: dict[str, Any] = json.loads(process.stdout.readline())
    return found


def test_what_becomes_of_a_fault(
    warm: subprocess.Popen[str], tmp_path: Path
) -> None:
    square = SOUND.replace("2 * x", "x ** 2")
    assert judge(warm, SOUND, "test_two", "test_three") == {
        "verdict": "survived",
        "killer": "",
    }
    assert judge(warm, square, "test_two")["verdict"] == "survived"
    assert judge(warm, square, "test_two", "test_three") == {
        "verdict": "killed",
        "killer": "test_thing.py::test_three",
    }
    assert judge(warm, "1 / 0", "test_two")["verdict"] == "stillborn"
    endless = SOUND.replace("return", "while True: x =")
    assert judge(warm, endless, "test_two")["verdict"] == "timeout"
    assert (tmp_path / "thing.py").read_text() == SOUND
    assert judge(warm, SOUND, "test_two")["verdict"] == "survived"


def test_nothing_that_was_started_lives_on(
    warm: subprocess.Popen[str], tmp_path: Path
) -> None:
    """Neither after a verdict, nor when the run is called off."""
    (tmp_path / "test_thing.py").write_text(
        "import pathlib, subprocess, thing\n"
        "def test_left():\n"
        "    left = subprocess.Popen(['sleep', '600'])\n"
        "    pathlib.Path('left').write_text(str(left.pid))\n"
        "    thing.double(1)\n"
    )
    left = tmp_path / "left"
    assert judge(warm, SOUND, "test_left")["verdict"] == "survived"
    assert gone(int(left.read_text()))
    left.unlink()
    assert warm.stdin
    job = {
        "path": "thing.py",
        "module": "thing",
        "source": SOUND.replace("return", "while True: x ="),
        "tests": ["test_thing.py::test_left"],
        "cpu_seconds": 60,
        "wall_seconds": 60,
    }
    warm.stdin.write(json.dumps(job) + "\n")
    warm.stdin.flush()
    wait_until(lambda: left.exists() and left.read_text() != "")
    warm.terminate()
    assert warm.wait(30) == 1
    assert gone(int(left.read_text()))
    assert (tmp_path / "thing.py").read_text() == SOUND


def gone(pid: int) -> bool:
    """Tell whether a process has ended, or waits to be buried."""
    status = Path(f"/proc/{pid}/stat")

    def ended() -> bool:
        return (
            not status.exists() or status.read_text().split(") ")[1][0] == "Z"
        )

    wait_until(ended)
    return True


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


# -- The page --------------------------------------------------------------


def test_the_targets_and_their_tests_exist() -> None:
    for target in targets.load():
        assert (ROOT / target.path).is_file()
        for test in target.tests:
            assert (ROOT / test).exists(), test
    with pytest.raises(ValueError, match="nonsense"):
        targets.chosen(["nonsense"])
    folder = targets.chosen(["src/bienvenue/rate_limit/"])
    assert {each.name for each in folder} > {"rate_limit/memory.py"}


def test_the_page_is_what_the_last_run_found() -> None:
    """Written by ``make mutation``; ``--page`` after a new reason."""
    results, reasons = record.load(), targets.reasons()
    assert results.keys() == {each.name for each in targets.load()}
    written = report.PAGE.read_text("utf-8")
    assert written == report.page(results, reasons)
    assert report.OPEN not in written
    assert report.unexplained(results, reasons) == []


def test_nine_faults_in_ten_are_noticed() -> None:
    for name, result in record.load().items():
        assert result.mutants > 0, name
        assert result.percent >= FLOOR, name


def test_results_are_kept_as_they_are(tmp_path: Path) -> None:
    result = Result("d", "r", 8, 1, 3, [Survivor("f", 2, "a < b", "a <= b")])
    file = tmp_path / "kept" / "mutation.json"
    assert record.load(file) == {}
    record.save({"x.py": result}, file)
    record.keep("y.py", Result("e", "r"), file)
    record.keep("y.py", Result("f", "r", 1), file)
    assert record.load(file) == {"x.py": result, "y.py": Result("f", "r", 1)}
    assert (result.mutants, result.percent) == (10, 90.0)
    page = report.page({"x.py": result}, {})
    assert "| `x.py` | 10 | 8 | 1 | 1 | 90.0 % | d |" in page
    assert f"{report.OPEN} in `f`\n\n    - a < b\n    + a <= b\n" in page
    key = ("x.py", "f", "a < b", "a <= b")
    assert report.unexplained({"x.py": result}, {}) == [key]
    assert report.OPEN not in report.page({"x.py": result}, {key: "it may"})
