"""The unit, the image and the composition, as far as they can be tried.

There is no systemd and no container engine here.  What their files say is
looked at by the programs that there are for that, and what of it can be run
is run.
"""

import ctypes
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from contextlib import ExitStack
from pathlib import Path

import pytest
import yaml

from tests import installed
from tests.http.client import Client
from tests.service import (
    PATIENCE,
    environment,
    finished,
    free_port,
    started,
)

ROOT = Path(__file__).parents[2]
_MDWE = 65, 1  # PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN (Linux 6.3)
EXPOSURE = 15
"""Tenths; from 20 on systemd no longer calls it OK."""


def printed(folder: Path, name: str, *options: str) -> str:
    done = finished(folder, "recipe", name, *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run(
    command: list[str], folder: Path
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        timeout=10 * PATIENCE,
    )


def test_the_unit_is_one_that_systemd_reads(tmp_path: Path) -> None:
    program = Path(sysconfig.get_path("scripts"), "bienvenue")
    unit = tmp_path / "bienvenue.service"
    options = ("--program", str(program), "--upstream", "127.0.0.1:5000")
    unit.write_text(printed(tmp_path, "systemd", *options))
    analyze = installed.program("systemd-analyze")
    found = run([analyze, "verify", "--man=no", str(unit)], tmp_path)
    complaints = [
        line for line in found.stderr.splitlines() if "bienvenue" in line
    ]
    assert complaints == []
    security = ["security", "--offline=true", f"--threshold={EXPOSURE}"]
    found = run([analyze, *security, "--no-pager", str(unit)], tmp_path)
    assert found.returncode == 0, found.stdout + found.stderr


def test_the_unit_may_end_after_the_service_has(tmp_path: Path) -> None:
    """It waits for the delay its proxies' recipes set, and 13 s more."""
    found = re.search(r"TimeoutStopSec=(\d+)", printed(tmp_path, "systemd"))
    delay = re.search(
        r"DELAY_SECONDS=(\d+)", printed(tmp_path, "haproxy", "--settings")
    )
    assert found
    assert delay
    assert int(found[1]) > int(delay[1]) + 13


def test_it_runs_where_no_memory_is_both_written_and_run(
    tmp_path: Path,
) -> None:
    """As ``MemoryDenyWriteExecute=`` has it; the kernel holds it here."""
    if sys.platform != "linux" or ctypes.CDLL(None).prctl(66, 0, 0, 0, 0) < 0:
        pytest.skip("not run: this kernel cannot deny it")
    port = free_port()
    deny = (
        "import ctypes, os, sys; "
        f"assert not ctypes.CDLL(None).prctl{(*_MDWE, 0, 0, 0)}; "
        "os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    )
    command = [sys.executable, "-c", deny, "-m", "bienvenue", "dev"]
    process = subprocess.Popen(
        [*command, "--port", str(port)],
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        for line in process.stdout:
            if f":{port}" in line:
                break
        with Client(f"http://localhost:{port}") as client:
            assert client.is_in(client.log_in(client.register()))
    finally:
        process.terminate()
        process.stdout.close()
        assert process.wait(PATIENCE) == 0


def test_the_image_is_one_that_a_linter_likes(tmp_path: Path) -> None:
    linter = installed.program("hadolint")
    file = tmp_path / "Dockerfile"
    file.write_text(printed(tmp_path, "dockerfile"))
    found = run([linter, str(file)], tmp_path)
    assert (found.returncode, found.stdout) == (0, "")
    file.write_text("FROM python:latest\nRUN sudo cd /tmp\n")
    assert run([linter, str(file)], tmp_path).returncode == 1


def test_the_image_does_what_it_says(tmp_path: Path) -> None:
    """Its steps are taken here, in a folder; what comes of it serves."""
    context, target = tmp_path / "context", tmp_path / "opt"
    port = free_port()
    node = ("--upstream", f"0.0.0.0:{port}")
    text = printed(tmp_path, "dockerfile", *node)
    text = text.replace("\\\n", " ").replace("/opt/bienvenue", str(target))
    steps = [line.partition(" ") for line in text.splitlines()]
    build = steps[: max(i for i, one in enumerate(steps) if one[0] == "FROM")]
    place = Path(sys.executable).parent
    env = {**os.environ, "PATH": f"{place}:{os.environ['PATH']}"}
    env.pop("PYTHONPATH", None)
    for word, _, rest in build:
        if word == "COPY":
            *sources, there = rest.split()
            for source in sources:
                copy(ROOT / source, context / there)
        elif word == "RUN":
            shell = ["sh", "-ec", rest]
            assert not subprocess.call(shell, cwd=context, env=env), rest
    health = re.search(r"HEALTHCHECK .* CMD (\[.*\])", text)
    assert health
    probe: list[str] = json.loads(health[1])
    with ExitStack() as block:
        assert run(["sh", "-c", shlex.join(probe)], tmp_path).returncode == 1
        service = block.enter_context(started(tmp_path, "--port", str(port)))
        assert service.port == port
        assert run(["sh", "-c", shlex.join(probe)], tmp_path).returncode == 0
    done = run([f"{target}/bin/bienvenue", "--version"], tmp_path)
    assert done.stdout.startswith("bienvenue ")
    drivers = "import psycopg, pymysql, redis, bienvenue.recipes as r;"
    # -I: as the image has it, whatever this environment's PYTHONPATH says.
    script = f"{drivers} print(r.__file__)"
    done = run([f"{target}/bin/python", "-I", "-c", script], tmp_path)
    assert done.stdout.startswith(str(target)), done.stderr


def copy(source: Path, there: Path) -> None:
    """Copy as COPY does: a folder's content, or a file into a folder."""
    if source.is_dir():
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(source, there, ignore=skipped, dirs_exist_ok=True)
    else:
        there.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, there)


def test_the_composition_holds_together(tmp_path: Path) -> None:
    found = yaml.safe_load(printed(tmp_path, "compose"))
    services = found["services"]
    nodes = [services["node1"], services["node2"]]
    names = {each["environment"]["BIENVENUE_NODE_NAME"] for each in nodes}
    assert len(names) == 2
    for each in nodes:
        assert each["depends_on"].keys() <= services.keys()
        assert "ports" not in each
        assert each["env_file"] == "bienvenue.env"
        assert each["environment"]["BIENVENUE_TRUSTED_HOPS"] == "1"
    mounted = {
        volume.partition(":")[0]
        for each in services.values()
        for volume in each.get("volumes", [])
    }
    assert mounted - {"./Caddyfile"} == found["volumes"].keys()
    for each in services.values():
        assert set(each["networks"]) <= found["networks"].keys()
    assert "PASSWORD" not in str(services)
