"""The table at the end of a run, printed by runs made for it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

CONFTEST = """
from tests.ran_on import (
    pytest_runtest_setup, pytest_runtest_teardown, pytest_terminal_summary
)
"""
TESTS = """
import pytest
from tests import ran_on

@pytest.mark.parametrize("url", ["sqlite", "postgresql"])
def test_it(url):
    pass

@pytest.mark.parametrize("url", ["sqlite", "mariadb"])
def test_some(url):
    if url == "mariadb":
        pytest.skip("not run: mariadbd is not installed")
    assert url != "sqlite"

@pytest.mark.service("nginx", "postgresql")
def test_front():
    ran_on.note("redis")

@pytest.fixture
def broken():
    ran_on.note("redis")
    pytest.fail("redis-server is not installed")

def test_broken(broken):
    pass

def test_plain():
    pass
"""
TABLE = [
    "               passed   failed  skipped",
    "sqlite              1        1        0",
    "postgresql          2        0        0",
    "mariadb             0        0        1",
    "redis               1        1        0",
    "nginx               1        0        0",
    "mariadbd is not installed: 1 tests lack it",
    "redis-server is not installed: 1 tests lack it",
]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_each_service_has_its_row(tmp_path: Path, workers: str) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "test_all.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = service\n")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-n", workers),
            *("-p", "no:cacheprovider", str(tmp_path)),
        ],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    lines = done.stdout.splitlines()
    begin = next(
        place for place, line in enumerate(lines) if "ran on what" in line
    )
    assert lines[begin:][1:][: len(TABLE)] == TABLE
    assert done.returncode == 1
