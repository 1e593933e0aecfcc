"""What people copy is a valid Patroni file; what is missing is named."""

import os
import subprocess
import sys
from pathlib import Path

from deploy.patroni.layout import Passwords, laid_out
from deploy.patroni.processes import patroni
from deploy.programs import MissingProgram
from tests import installed
from tests.service import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
# Of an address on loopback, and of an etcd that is not started.
OF_THIS_TEST = ("restapi.connect_address", "etcd3.hosts", "postgresql.connect")


def complaints(file: Path) -> list[str]:
    """Return what Patroni has to say against its file."""
    done = subprocess.run(
        [*patroni(), "--validate-config", str(file)],
        check=False,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    lines = done.stderr.splitlines()
    return [each for each in lines if not each.startswith(OF_THIS_TEST)]


def test_the_file_is_valid_and_another_would_not_be(tmp_path: Path) -> None:
    try:
        node, *_ = laid_out(tmp_path, Passwords.new(), synchronous=True)
    except MissingProgram as error:
        installed.lacking(str(error))
    file = node.place.folder / "patroni.yml"
    assert file.stat().st_mode & 0o777 == 0o600
    assert complaints(file) == []
    file.write_text(file.read_text().replace("ttl: 20", "ttl: soon"))
    assert any("ttl" in each for each in complaints(file))


def test_a_missing_program_is_one_line_with_its_cure(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.patroni"],
        check=False,
        cwd=ROOT,
        env={**os.environ, "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        "error: etcd is not installed; apt-get install"
        " --no-install-recommends etcd-server postgresql\n"
    )
