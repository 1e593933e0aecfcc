"""The benchmark runs; what it finds is for its reader to judge."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench import load, machine, people, report
from bench.rounds import LOGIN, RAW, Sample
from bench.servers import Failed, started
from bienvenue import secret

ROOT = Path(__file__).resolve().parent.parent.parent


def run(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "bench", *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        timeout=180,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def sample(what: str, rate: float, *, disturbed: bool = False) -> Sample:
    return Sample(
        what=what,
        rate=rate,
        p50=0.001,
        p99=0.002,
        cpu=0.0001,
        foreign=0.0,
        disturbed=disturbed,
    )


@pytest.fixture(autouse=True)
def _two_cores() -> None:
    try:
        machine.cores()
    except machine.Unsuitable as why:
        pytest.fail(f"the benchmark is for another machine: {why}")


def test_a_short_run_prints_the_ratios_it_writes_down(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    said = run("check", "login", "--quick", "--markdown", "--json", str(file))
    results = json.loads(file.read_text())
    rows = {row["what"]: row for row in results["rows"]}
    assert set(rows) == {
        *("profile", "verify", "route", "bare", "wsgi", "constant"),
        *(RAW, LOGIN),
    }
    assert rows["bare"]["ratio"] == rows[RAW]["ratio"] == 1
    printed = {
        cells[1]: cells[3]
        for line in said.splitlines()
        if len(cells := [cell.strip() for cell in line.split("|")]) > 3
    }
    for name, row in rows.items():
        base = rows[report.base_of(name)]
        assert row["ratio"] == pytest.approx(row["rate"] / base["rate"])
        assert printed[report.title(name)] == f"{row['ratio']:.2f}"
    made = {one["aim"]: one["measured"] for one in results["claims"]}
    assert made == {
        "profile": rows["profile"]["ratio"],
        "verify": rows["verify"]["ratio"],
        "constant profile": rows["profile"]["rate"] / rows["constant"]["rate"],
        "constant verify": rows["verify"]["rate"] / rows["constant"]["rate"],
        "login": rows[LOGIN]["ratio"],
    }
    assert results["machine"]["cores"]
    assert str(ROOT) not in file.read_text()


def test_plain_python_asks_where_there_is_no_wrk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "generator", lambda: "bench/asker.py")
    file, cookies = tmp_path / "bench.db", tmp_path / "session_ids"
    signed_in = people.populate(f"sqlite:///{file}", 3, 3)
    people.keep_cookies(cookies, (one.session_id for one in signed_in))
    server_core, core = machine.cores()
    with started("door", file, [server_core]) as server:
        got = load.ask(server.port, cookies, 1, core)
        assert got.requests > load.CONNECTIONS
        assert 0 < got.p50 <= got.p99 <= got.lasted
        people.keep_cookies(cookies, [secret.new_token()])
        with pytest.raises(Failed, match="were errors"):
            load.ask(server.port, cookies, 1, core)


def test_the_parts_of_a_session_check_are_listed() -> None:
    said = run("micro", "--quick")
    parts = ("digest", "SQLite", "door in all", "constant answer")
    for part in (*parts, "hook before: web.", "hook after: web."):
        assert part in said


def test_a_median_leaves_out_what_was_disturbed() -> None:
    bare = [sample("bare", 100), sample("bare", 1, disturbed=True)]
    door = [sample("profile", rate) for rate in (190, 200, 900)]
    rows = {row.what: row for row in report.rows([*bare, *door])}
    assert rows["bare"].rate == 100
    assert (rows["bare"].quiet, rows["bare"].rounds) == (1, 2)
    assert rows["profile"].ratio == 2


def test_disturbed_rounds_count_when_there_are_no_others() -> None:
    rows = report.rows([sample("bare", 7, disturbed=True)])
    assert (rows[0].rate, rows[0].quiet) == (7, 0)


def test_what_another_process_takes_of_the_cores_is_seen() -> None:
    cores = sorted(machine.busy_seconds())
    everybody = machine.Share(cores, server=False, us=False, limit=0.0)
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    with machine.Watch(None, [everybody]) as watch:
        subprocess.run([sys.executable, "-c", burn], check=True)
    assert watch.disturbed
    assert watch.foreign[0] > 0


def test_what_works_beside_the_server_is_ours() -> None:
    """A database server's work is no disturbance."""
    cores = sorted(machine.busy_seconds())
    everybody = machine.Share(cores, server=False, us=True, limit=1.0)
    burn = "import time\nwhile time.process_time() < 0.4: pass\ninput()"
    with subprocess.Popen(
        [sys.executable, "-c", burn], stdin=subprocess.PIPE
    ) as busy:
        with machine.Watch(None, [everybody], [busy.pid]) as watch:
            while machine.cpu_seconds(busy.pid) < 0.3:
                pass
        busy.communicate(b"\n")
    assert watch.own_seconds >= 0.3


@pytest.mark.parametrize(
    ("release", "kept"),
    [
        ("6.18.44-of-somebody", "6.18.44"),
        ("6.1.0", "6.1.0"),
        ("6.12.5+deb13-amd64", "6.12.5"),
    ],
)
def test_who_built_the_kernel_is_not_told(release: str, kept: str) -> None:
    assert machine.kernel(release).split()[1:] == [kept]


def test_a_kernel_without_a_number_is_named() -> None:
    assert " " not in machine.kernel("somebody's")
