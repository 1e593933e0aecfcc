"""What fails once is tried again alone, and named; a fault stays one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools import unsteady

RUN = [sys.executable, "-m", "pytest"]


def project(folder: Path, tests: str) -> None:
    """Make a folder with these tests, and run them once."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_it.py").write_text(tests)
    subprocess.run(RUN, cwd=folder, check=False, capture_output=True)


FLAKY = """
from pathlib import Path

def test_flaky():
    mark = Path("seen")
    seen = mark.exists()
    mark.touch()
    assert seen
"""


def test_an_accident_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project(tmp_path, FLAKY)
    assert unsteady.names(tmp_path) == ["test_it.py::test_flaky"]
    assert unsteady.only(tmp_path, RUN)
    assert "UNSTEADY test_it.py::test_flaky" in capsys.readouterr().out


def test_a_fault_fails_again(tmp_path: Path) -> None:
    project(tmp_path, f"{FLAKY}\ndef test_wrong():\n    assert not 1\n")
    assert not unsteady.only(tmp_path, RUN)


def test_many_are_no_accident(tmp_path: Path) -> None:
    many = "\n".join(
        FLAKY.replace("flaky", f"f{number}").replace("seen", f"s{number}")
        for number in range(unsteady.MOST + 1)
    )
    project(tmp_path, many)
    assert len(unsteady.names(tmp_path)) == unsteady.MOST + 1
    assert not unsteady.only(tmp_path, RUN)


def test_without_a_failure_something_else_is_wrong(tmp_path: Path) -> None:
    project(tmp_path, "def test_right():\n    assert 1\n")
    assert unsteady.names(tmp_path) == []
    assert not unsteady.only(tmp_path, RUN)
