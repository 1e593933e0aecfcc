"""What `make` says where it cannot work: one clear line, no half-made .venv.

Each test has a copy of the checkout of its own, under a path with a space,
and a PATH of its own, on which the only Pythons are the ones it puts there.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# What the set-up uses of the system, beside Python.
PROGRAMS = (
    "cat",
    "cksum",
    "dirname",
    "make",
    "mv",
    "rm",
    "sed",
    "expand",
    "sh",
)
NOBODY = 65534


@pytest.fixture
def checkout() -> Iterator[Path]:
    """Copy the files that git knows, or would, to where anyone may read."""
    # `git -c`: a checkout may belong to another account than runs its tests.
    listed = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "ls-files",
            "-coz",
            "--exclude-standard",
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    with tempfile.TemporaryDirectory(prefix="a new user ") as parent:
        Path(parent).chmod(0o755)
        copy = Path(parent, "check out")
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (copy / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, copy / name)
        yield copy
        for folder in Path(parent).iterdir():
            folder.chmod(0o755)


@pytest.fixture
def programs(checkout: Path) -> Path:
    """Make a folder with the needed programs and no Python at all."""
    folder = checkout.parent / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        found = shutil.which(name)
        assert found, f"this machine has no {name}"
        (folder / name).symlink_to(found)
    return folder


def add_python(programs: Path, version: str, *, name: str = "python3") -> Path:
    """Put a `python3` on PATH that says its version and has no venv module.

    It answers the one question that the set-up asks first, and refuses
    every import, as an interpreter without the module would.
    """
    python = programs / name
    python.write_text(
        "#!/bin/sh\n"
        f"case $2 in *version_info*) echo {version} ;; *) exit 1 ;; esac\n"
    )
    python.chmod(0o755)
    return python


def make(
    checkout: Path,
    programs: Path,
    *arguments: str,
    user: int | None = None,
    settings: dict[str, str] | None = None,
) -> tuple[int, str]:
    """Run make; return its status, and what was said but for make's words."""
    done = subprocess.run(
        ["make", *arguments],
        cwd=checkout,
        env={
            "PATH": str(programs),
            "HOME": str(checkout.parent),
            **(settings or {}),
        },
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
    )
    lines = done.stdout.splitlines(keepends=True)
    return done.returncode, "".join(
        line for line in lines if not line.startswith("make: ")
    )


def shells() -> list[str]:
    """Name the shells here that people have as /bin/sh."""
    found = map(shutil.which, ("sh", "bash", "dash"))
    return [shell for shell in found if shell]


@pytest.mark.parametrize("shell", shells())
def test_too_old_a_python_is_one_line(
    checkout: Path, programs: Path, shell: str
) -> None:
    add_python(programs, "3.9")
    status, said = make(checkout, programs, "-j4", "run", f"SHELL={shell}")
    assert status != 0
    assert said == (
        "bienvenue: python3 is Python 3.9, which is too old: install Python"
        " 3.11 or newer, or name one: make PYTHON=/path/to/python3\n"
    )
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize("version", ["2.7", "4.0", "3.x", ""])
def test_a_python_that_cannot_be_right_is_refused(
    checkout: Path, programs: Path, version: str
) -> None:
    add_python(programs, version)
    status, said = make(checkout, programs, "setup")
    assert status != 0
    assert said.count("\n") == 1
    assert "install Python 3.11 or newer" in said


@pytest.mark.parametrize("shell", shells())
def test_a_missing_venv_module_is_one_line(
    checkout: Path, programs: Path, shell: str
) -> None:
    add_python(programs, "3.11")
    status, said = make(checkout, programs, "run", f"SHELL={shell}")
    assert status != 0
    assert said == (
        "bienvenue: Python 3.11 lacks its venv module: apt install"
        " python3-venv (or python3.11-venv), then try again\n"
    )
    assert not (checkout / ".venv").exists()


def test_no_python_is_one_line(checkout: Path, programs: Path) -> None:
    status, said = make(checkout, programs, "test")
    assert status != 0
    assert said == (
        "bienvenue: found no working python3: install Python 3.11 or newer,"
        " or name one: make PYTHON=/path/to/python3\n"
    )


def test_a_named_python_is_the_only_candidate(
    checkout: Path, programs: Path
) -> None:
    add_python(programs, "3.11")
    old = add_python(checkout.parent, "3.8", name="my python")
    status, said = make(checkout, programs, "setup", f"PYTHON={old}")
    assert status != 0
    assert said.startswith(f"bienvenue: {old} is Python 3.8, which is too old")


def test_an_unwritable_folder_is_one_line(
    checkout: Path, programs: Path
) -> None:
    # Permissions do not bind root, so root becomes somebody else.
    user = NOBODY if os.geteuid() == 0 else None
    checkout.chmod(0o555)
    status, said = make(checkout, programs, "run", user=user)
    assert status != 0
    assert said == (
        f"bienvenue: cannot write in {checkout}: clone the project into a"
        " folder of your own, or change who owns this one\n"
    )


def test_a_file_named_as_the_environment_is_kept(
    checkout: Path, programs: Path
) -> None:
    (checkout / ".venv").write_text("mine")
    status, said = make(checkout, programs, "setup")
    assert status != 0
    assert said == (
        f"bienvenue: {checkout}/.venv is in the way, it is not a folder:"
        " remove it\n"
    )
    assert (checkout / ".venv").read_text() == "mine"


def test_an_interrupted_installation_is_taken_up_again(
    checkout: Path, programs: Path
) -> None:
    """A real environment and a real pip, which is kept from any index."""
    (programs / "python3").symlink_to(sys.executable)
    apart = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull}
    advice = (
        "bienvenue: pip could not install everything and says why above;"
        " run the same command again once that is cured\n"
    )
    mark = checkout / ".venv" / "mark"
    for taken_up in (False, True):
        status, said = make(checkout, programs, "setup", settings=apart)
        assert status != 0
        assert "No matching distribution found" in said
        assert said.endswith(advice)
        assert said.count("bienvenue:") == 1
        assert not list(checkout.glob(".venv/ready-*"))
        assert mark.exists() == taken_up
        mark.touch()

    moved = checkout.rename(checkout.with_name("moved"))
    status, said = make(moved, programs, "setup", settings=apart)
    assert status != 0
    assert not (moved / ".venv" / "mark").exists(), "a moved one is made anew"

    (moved / ".venv" / "mark").touch()
    (moved / ".venv" / "bin" / "python").unlink()
    status, said = make(moved, programs, "setup", settings=apart)
    assert status != 0
    assert not (moved / ".venv" / "mark").exists(), "so is a broken one"


def test_help_needs_no_set_up(checkout: Path, programs: Path) -> None:
    status, said = make(checkout, programs)
    assert status == 0
    for target in ("run", "setup", "test", "check", "lint", "bench", "lock"):
        assert f"make {target} " in said
    assert not (checkout / ".venv").exists()
