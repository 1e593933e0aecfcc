"""``bienvenue init --production`` with a database that has accounts."""

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bienvenue import DB
from bienvenue.commands import accounts_there
from tests.commands.test_init import BARE, typed, values
from tests.service import finished, free_port, started

ANN = "ann@example.com"
INIT = ["init", "--production", "--yes", "--mail", "off"]
WARNED = "warning: bienvenue.db holds accounts already."


def contents(folder: Path) -> dict[str, bytes]:
    """Return what is in a folder, but for what SQLite finds anew."""
    return {
        each.name: each.read_bytes()
        for each in folder.iterdir()
        if not each.name.endswith("-shm")
    }


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


def warned(capsys: pytest.CaptureFixture[str], url: str) -> bool:
    accounts_there.warn(url)
    said = capsys.readouterr()
    assert said.out == ""
    return "holds accounts already" in said.err


def test_accounts_of_development_are_told_and_left_alone(
    tmp_path: Path,
) -> None:
    with started(tmp_path) as service:
        added = ["user", "add", ANN, "--no-password"]
        assert finished(tmp_path, *added).returncode == 0
        running = finished(tmp_path, *INIT, "--file", "a.toml", env=BARE)
        assert service.stop() == 0
    assert running.returncode == 0, running.stderr
    assert running.stderr.count(WARNED) == 1
    before = contents(tmp_path)
    done = finished(tmp_path, *INIT, env=BARE)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count(WARNED) == 1
    assert "warning" not in done.stdout
    assert names(tmp_path) == {*before, "bienvenue.toml"}
    assert contents(tmp_path).items() >= before.items()
    assert values(tmp_path)["database_url"] == "sqlite:///bienvenue.db"


def test_at_a_terminal_it_is_told_before_the_next_question(
    tmp_path: Path,
) -> None:
    assert finished(tmp_path, "db", "upgrade").returncode == 0
    assert finished(tmp_path, "user", "add", ANN, "--no-password").stdout
    command = ["init", "--production", "--mail", "off"]
    status, shown = typed(tmp_path, command, ["", "", "", ""])
    assert status == 0, shown
    before, _, after = shown.partition(WARNED)
    assert "Database" in before
    assert "Proxies" not in before
    assert "Proxies" in after
    assert WARNED not in after


def test_for_this_machine_alone_nothing_is_told(tmp_path: Path) -> None:
    assert finished(tmp_path, "user", "add", ANN, "--no-password").stdout
    done = finished(tmp_path, "init", "--yes", env=BARE)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("made", ["nothing", "tables", "other", "no database"])
def test_where_there_are_none_nothing_is_told(
    tmp_path: Path, made: str
) -> None:
    file = tmp_path / "bienvenue.db"
    match made:
        case "tables":
            assert finished(tmp_path, "db", "upgrade").returncode == 0
        case "other":
            script = "CREATE TABLE users (id); INSERT INTO users VALUES (1)"
            run = f"import sqlite3; sqlite3.connect({str(file)!r})"
            subprocess.run(
                [sys.executable, "-c", f"{run}.executescript({script!r})"],
                check=True,
            )
        case "no database":
            file.write_bytes(b"not one of SQLite's" * 99)
        case _:
            pass
    before = contents(tmp_path)
    done = finished(tmp_path, *INIT, env=BARE)
    assert (done.returncode, done.stderr) == (0, "")
    assert names(tmp_path) == {*before, "bienvenue.toml"}
    assert contents(tmp_path).items() >= before.items()


def test_on_each_engine_accounts_are_seen(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not warned(capsys, url)
    with DB(url) as db:
        assert not warned(capsys, url)
        db.add_user(ANN, "!")
        # In SQLite's log only, while that is open.
        assert warned(capsys, url)
    assert warned(capsys, url)


def test_what_cannot_be_reached_is_no_obstacle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nowhere = tmp_path / "nobody"
    for url in (
        f"postgresql:///x?host={nowhere}",
        f"mariadb://me@127.0.0.1:{free_port()}/x",
        f"sqlite:///{nowhere}/x.db",
        f"sqlite:///{tmp_path}",
        f"sqlite:///{'a' * 300}.db",
        "sqlite://",
        "oracle://db/x",
        "mariadb://me@127.0.0.1/x?foo=bar",
        "mariadb://me@127.0.0.1/x?port=abc",
        "mariadb://me@127.0.0.1/x?ssl_ca=/nowhere",
        "mariadb://me@a..b/x",
        "postgresql://me@a..b/x",
    ):
        assert not warned(capsys, url)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_what_says_nothing_is_let_be(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    engine: str,
) -> None:
    monkeypatch.setattr(accounts_there, "PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert not warned(capsys, f"{engine}://me@127.0.0.1:{port}/x")


def test_a_link_leads_to_what_is_in_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log is beside the file, and not beside the link."""
    link = tmp_path / "link.db"
    (tmp_path / "real").mkdir()
    with DB(f"sqlite:///{tmp_path / 'real' / 'a.db'}") as db:
        link.symlink_to(tmp_path / "real" / "a.db")
        db.add_user(ANN, "!")
        assert warned(capsys, f"sqlite:///{link}")


def test_what_a_crash_left_is_left(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ready, crashed = tmp_path / "ready", tmp_path / "crashed"
    ready.mkdir()
    crashed.mkdir()
    with DB(f"sqlite:///{ready / 'a.db'}"):
        pass
    script = (
        "import os, signal, sys; from bienvenue import DB;"
        f" DB(sys.argv[1]).add_user({ANN!r}, '!');"
        " os.kill(os.getpid(), signal.SIGKILL)"
    )
    url = f"sqlite:///{ready / 'a.db'}"
    died = subprocess.run([sys.executable, "-c", script, url], check=False)
    assert died.returncode == -signal.SIGKILL
    assert names(ready) == {"a.db", "a.db-wal", "a.db-shm"}
    before = contents(ready)
    assert warned(capsys, url)
    assert contents(ready) == before
    assert names(ready) == {"a.db", "a.db-wal", "a.db-shm"}
    # Without its index the log would have to be read into a new one.
    for name in ("a.db", "a.db-wal"):
        shutil.copy(ready / name, crashed / name)
    before = contents(crashed)
    accounts_there.warn(f"sqlite:///{crashed / 'a.db'}")
    assert contents(crashed) == before
    assert names(crashed) == {"a.db", "a.db-wal"}


def test_a_file_that_is_only_to_be_read_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "a #folder"
    folder.mkdir()
    file = folder / "a.db"
    with DB(f"sqlite:///{file}") as db:
        db.add_user(ANN, "!")
    file.chmod(0o400)
    folder.chmod(0o500)
    try:
        assert warned(capsys, f"sqlite:///{file}")
    finally:
        folder.chmod(0o700)
    assert names(folder) == {"a.db"}
